import * as z from 'zod/mini';
import { LOGO_FORMATS, LOGO_MAX_BYTES } from '../../core/qr/logo-header.ts';
import { LOGO_STATUSES } from '../../core/qr/uploaded-logo.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';

export const logoBody = z.strictObject({
  content_type: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  /** Where it is said, the form takes a file of exactly this size. */
  size_bytes: z.optional(z.int().check(z.minimum(1), z.maximum(LOGO_MAX_BYTES))),
});

const instant = z.iso.datetime();

/** To be sent as `multipart/form-data`: all fields, then the file as `file`. */
export const uploadForm = z.strictObject({
  url: z.string(),
  fields: z.record(z.string(), z.string()),
  expires_at: instant,
});

const members = {
  logo_id: z.string(),
  status: z.enum(LOGO_STATUSES),
  /** Why it was refused. */
  reason: z.nullable(z.string()),
  format: z.enum(LOGO_FORMATS),
  /** Of what is drawn, in pixels. */
  width: z.nullable(z.int()),
  height: z.nullable(z.int()),
  /** The PNG that is drawn, for whoever has this URL within the hour; every answer has a fresh one. */
  image_url: z.nullable(z.string()),
  created_at: instant,
};

export const logoAnswer = z.strictObject(members);
export type LogoAnswer = z.infer<typeof logoAnswer>;
export const announcedAnswer = z.strictObject({ ...members, upload: uploadForm });

export const logosQuery = z.strictObject(pageMembers);
export const logosAnswer = pageAnswer(logoAnswer);
