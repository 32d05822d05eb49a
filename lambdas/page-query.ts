import * as z from 'zod/mini';

/** Contract: `?limit=` from 1 to 100, 20 where it is not said, and `?cursor=`. */
const DEFAULT_LIMIT = 20;
const MAX_CURSOR_LENGTH = 2_048;

export const pageMembers = {
  limit: z.optional(z.string().check(z.regex(/^([1-9]\d?|100)$/, 'Must be a whole number from 1 to 100.'))),
  cursor: z.optional(z.string().check(z.maxLength(MAX_CURSOR_LENGTH))),
};

/** The query of a list that has no filters. */
export const pageQuery = z.object(pageMembers);

export const limitOf = ({ limit }: z.infer<typeof pageQuery>): number => Number(limit ?? DEFAULT_LIMIT);

/** The answer of a list of these. */
export const pageAnswer = <T extends z.core.SomeType>(entry: T) =>
  z.strictObject({ data: z.array(entry), next_cursor: z.nullable(z.string()) });
