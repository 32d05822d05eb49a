import * as z from 'zod/mini';
import type { MemberError } from '../errors.ts';
import { validationFailed } from '../errors.ts';
import type { LinkDraft } from './create-link.ts';
import type { LinkPassword } from './link.ts';
import { REDIRECT_STATUSES } from './link.ts';
import { MAX_LINK_PASSWORD_LENGTH } from './link-password.ts';

/** What a customer sends to make a link: its shape only. Rules that need the world (targets, aliases) are `create-link.ts`'s. */
export const MAX_TITLE_LENGTH = 200;
const MAX_TAGS = 20;
export const MAX_TAG_LENGTH = 50;
export const MAX_EXTERNAL_ID_LENGTH = 255;
/** Larger limits than this are no limits. */
const MAX_MAX_CLICKS = 1_000_000_000;

export const timestamp = z.iso.datetime({ offset: true });
const nullish = <T extends z.core.SomeType>(schema: T) => z.optional(z.nullable(schema));

/** The members that can be changed as well. */
export const linkMembers = {
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
  ...linkMembers,
  if_exists: z.optional(z.enum(['create', 'return'])),
});
export type CreateBody = z.infer<typeof createBody>;

export type HashPassword = (password: string) => Promise<LinkPassword>;

/** The draft in a create body. Throws VALIDATION_FAILED when it expires in the past. */
export async function toDraft(body: CreateBody, nowMs: number, hashPassword: HashPassword): Promise<LinkDraft> {
  return {
    targetUrl: body.original_url,
    customAlias: body.custom_alias ?? null,
    expiresAtMs: expiryOf(body.expires_at, nowMs),
    maxClicks: body.max_clicks ?? null,
    password: isPresent(body.password) ? await hashPassword(body.password) : null,
    title: body.title ?? null,
    tags: [...new Set(body.tags ?? [])],
    externalId: body.external_id ?? null,
    redirectStatus: body.redirect_status ?? 302,
    forwardQuery: body.forward_query ?? false,
    ifExists: body.if_exists ?? 'create',
  };
}

const PAST_EXPIRY: MemberError = { path: 'expires_at', code: 'not_in_future', message: 'Must be in the future.' };

/** Throws VALIDATION_FAILED when it is in the past. */
export function expiryOf(expiresAt: string | null | undefined, nowMs: number): number | null {
  if (!isPresent(expiresAt)) return null;
  const expiresAtMs = Date.parse(expiresAt);
  if (expiresAtMs <= nowMs) throw validationFailed([PAST_EXPIRY]);
  return expiresAtMs;
}

const isPresent = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
