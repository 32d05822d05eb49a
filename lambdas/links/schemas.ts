import * as z from 'zod/mini';
import { MAX_BULK } from '../../core/links/bulk-create.ts';
import { REDIRECT_STATUSES } from '../../core/links/link.ts';
import {
  linkMembers,
  MAX_EXTERNAL_ID_LENGTH,
  MAX_TAG_LENGTH,
  MAX_TITLE_LENGTH,
  timestamp,
} from '../../core/links/link-request.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';

export { type CreateBody, createBody } from '../../core/links/link-request.ts';

/** Bodies as customers send them: shapes only. Rules that need the world (targets, aliases, time) are core's. */
export const changeBody = z.strictObject({
  original_url: z.optional(z.string()),
  is_active: z.optional(z.boolean()),
  ...linkMembers,
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
