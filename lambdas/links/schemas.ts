import * as z from 'zod/mini';
import { MAX_BULK } from '../../core/links/bulk-create.ts';
import { REDIRECT_STATUSES } from '../../core/links/link.ts';
import { MAX_LINK_PASSWORD_LENGTH } from '../../core/links/link-password.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';

/** Bodies as customers send them: shapes only. Rules that need the world (targets, aliases, time) are core's. */
const MAX_TITLE_LENGTH = 200;
const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 50;
const MAX_EXTERNAL_ID_LENGTH = 255;
/** Larger limits than this are no limits. */
const MAX_MAX_CLICKS = 1_000_000_000;

const timestamp = z.iso.datetime({ offset: true });
const nullish = <T extends z.core.SomeType>(schema: T) => z.optional(z.nullable(schema));

const settings = {
  expires_at: nullish(timestamp),
  max_clicks: nullish(z.int().check(z.minimum(1), z.maximum(MAX_MAX_CLICKS))),
  password: nullish(z.string().check(z.minLength(1), z.maxLength(MAX_LINK_PASSWORD_LENGTH))),
  title: nullish(z.string().check(z.maxLength(MAX_TITLE_LENGTH))),
  tags: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(MAX_TAG_LENGTH))).check(z.maxLength(MAX_TAGS))),
  external_id: nullish(z.string().check(z.minLength(1), z.maxLength(MAX_EXTERNAL_ID_LENGTH))),
  redirect_status: z.optional(z.literal([...REDIRECT_STATUSES])),
  forward_query: z.optional(z.boolean()),
};

export const createBody = z.strictObject({
  original_url: z.string(),
  custom_alias: nullish(z.string()),
  ...settings,
  if_exists: z.optional(z.enum(['create', 'return'])),
});
export type CreateBody = z.infer<typeof createBody>;

export const changeBody = z.strictObject({
  original_url: z.optional(z.string()),
  is_active: z.optional(z.boolean()),
  ...settings,
});
export type ChangeBody = z.infer<typeof changeBody>;

/** The entries are parsed one by one, so that each gets its own error. */
export const bulkBody = z.strictObject({
  urls: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_BULK)),
  mode: z.optional(z.enum(['all_or_nothing', 'partial'])),
});

export const listQuery = z.object({
  ...pageMembers,
  tag: z.optional(z.string().check(z.maxLength(MAX_TAG_LENGTH))),
  search: z.optional(z.string().check(z.maxLength(MAX_TITLE_LENGTH))),
  external_id: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_EXTERNAL_ID_LENGTH))),
  created_after: z.optional(timestamp),
  created_before: z.optional(timestamp),
  status: z.optional(z.enum(['active', 'disabled', 'expired'])),
  sort: z.optional(z.enum(['-created_at', '-clicks'])),
});

/** A link as the API answers it. */
export const linkAnswer = z.strictObject({
  short_code: z.string(),
  short_url: z.url(),
  original_url: z.url(),
  is_custom_alias: z.boolean(),
  is_active: z.boolean(),
  password_protected: z.boolean(),
  expires_at: z.nullable(timestamp),
  max_clicks: z.nullable(z.int()),
  title: z.nullable(z.string()),
  tags: z.array(z.string()),
  external_id: z.nullable(z.string()),
  redirect_status: z.literal([...REDIRECT_STATUSES]),
  forward_query: z.boolean(),
  clicks: z.int(),
  version: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type LinkAnswer = z.infer<typeof linkAnswer>;

export const listAnswer = pageAnswer(linkAnswer);

export const bulkAnswer = z.strictObject({
  created: z.int(),
  failed: z.int(),
  results: z.array(
    z.union([
      z.strictObject({ index: z.int(), short_code: z.string(), short_url: z.url() }),
      z.looseObject({ index: z.int(), error: z.string(), detail: z.string() }),
    ]),
  ),
});
