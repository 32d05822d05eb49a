import * as z from 'zod/mini';
import { MAX_MARGIN_MODULES } from '../../core/qr/limits.ts';
import { ERROR_CORRECTIONS } from '../../core/qr/matrix.ts';
import { payloadSchema } from '../../core/qr/payload.ts';
import { lineOfText, urlText } from '../../core/qr/payloads/text.ts';
import { QR_FORMATS } from '../../core/qr/qr-file.ts';
import type { Trial } from '../../core/qr/scan-battery.ts';
import { TRIALS } from '../../core/qr/scan-battery.ts';
import { isPlacement } from '../../core/qr/scan-path.ts';
import { GRADES } from '../../core/qr/scan-score.ts';
import { MAX_SIZE_PX, MIN_SIZE_PX } from '../../core/qr/size.ts';
import { DOT_SHAPES, EYE_BALLS, EYE_FRAMES } from '../../core/qr/style.ts';
import { styleInput } from '../../core/qr/style-input.ts';
import { createBody, linkAnswer } from '../links/schemas.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';

const MAX_TITLE_LENGTH = 200;
/** A stamp, and the side of a lorry. */
const [MIN_SIZE_MM, MAX_SIZE_MM] = [5, 3_000];
const [MIN_DPI, MAX_DPI] = [36, 2_400];

/** How a code is to look. A size is in pixels, or in millimetres with a resolution. */
export const lookMembers = {
  format: z.optional(z.enum(QR_FORMATS)),
  size: z.optional(z.int().check(z.minimum(MIN_SIZE_PX), z.maximum(MAX_SIZE_PX))),
  size_mm: z.optional(z.number().check(z.minimum(MIN_SIZE_MM), z.maximum(MAX_SIZE_MM))),
  dpi: z.optional(z.int().check(z.minimum(MIN_DPI), z.maximum(MAX_DPI))),
  margin: z.optional(z.int().check(z.minimum(0), z.maximum(MAX_MARGIN_MODULES))),
  error_correction: z.optional(z.enum(ERROR_CORRECTIONS)),
  style: z.optional(styleInput),
};
export const lookInput = z.strictObject(lookMembers);
export type LookInput = z.infer<typeof lookInput>;

const placement = z.optional(z.string().check(z.refine(isPlacement, 'Must be 1 to 20 of a to z, 0 to 9 and hyphens.')));

/** What a code may say: an address as it is, a link of the workspace, one that is made with it, or something to scan. */
const CONTENTS = {
  address: urlText,
  existing: z.strictObject({ short_code: z.string().check(z.maxLength(64)), placement }),
  created: z.strictObject({ link: createBody, placement }),
  payload: payloadSchema,
};

const members = { title: z.optional(lineOfText(MAX_TITLE_LENGTH)), ...lookMembers, force: z.optional(z.boolean()) };

/** One body for each kind of content, so that what is wrong inside is told with its path. */
export const QR_BODIES = {
  address: z.strictObject({ content: CONTENTS.address, ...members }),
  existing: z.strictObject({ content: CONTENTS.existing, ...members }),
  created: z.strictObject({ content: CONTENTS.created, ...members }),
  payload: z.strictObject({ content: CONTENTS.payload, ...members }),
};
export type ContentKind = keyof typeof QR_BODIES;

/** All of them, for the documentation. */
export const qrBody = z.strictObject({
  content: z.union([CONTENTS.address, CONTENTS.existing, CONTENTS.created, CONTENTS.payload]),
  ...members,
});
/** Nothing is made, so neither is a link. */
export const checkBody = z.strictObject({
  content: z.union([CONTENTS.address, CONTENTS.existing, CONTENTS.payload]),
  ...members,
});

const flag = z.optional(z.enum(['true', 'false']));
const text = z.optional(z.string().check(z.maxLength(100)));

export const imageQuery = z.strictObject({
  format: z.optional(z.enum(QR_FORMATS)),
  size: text,
  size_mm: text,
  dpi: text,
  download: flag,
});

export const linkCodeQuery = z.strictObject({
  ...imageQuery.def.shape,
  margin: text,
  error_correction: z.optional(z.enum(ERROR_CORRECTIONS)),
  placement: text,
  dots: z.optional(z.enum(DOT_SHAPES)),
  dot_scale: text,
  eye_frame: z.optional(z.enum(EYE_FRAMES)),
  eye_ball: z.optional(z.enum(EYE_BALLS)),
  eye_frame_color: text,
  eye_ball_color: text,
  foreground: text,
  background: text,
  logo_id: text,
  frame_text: text,
  force: flag,
});
export type LinkCodeQuery = z.infer<typeof linkCodeQuery>;

export const listQuery = z.strictObject(pageMembers);

export const scanAnswer = z.strictObject({
  /** 0 to 100: the share of readings that came out right, under eight conditions. */
  score: z.int(),
  /** F is refused unless forced. */
  grade: z.enum(GRADES),
  failed: z.array(z.enum(TRIALS as [Trial, ...Trial[]])),
  advice: z.array(z.string()),
});

export const qrAnswer = z.strictObject({
  qr_id: z.string(),
  image_url: z.string(),
  format: z.enum(QR_FORMATS),
  content_type: z.string(),
  /** In pixels; of PDF and EPS, of which 96 are an inch. */
  width: z.int(),
  height: z.int(),
  size_mm: z.nullable(z.number()),
  dpi: z.nullable(z.number()),
  bytes: z.int(),
  /** SHA-256 of the image, in hex. */
  content_hash: z.string(),
  /** What a scanner reads. */
  content: z.string(),
  title: z.string(),
  /** Of the link it leads to; null for a static code. */
  short_code: z.nullable(z.string()),
  short_url: z.nullable(z.string()),
  placement: z.nullable(z.string()),
  margin: z.int(),
  /** What the code has: at least what was asked for. */
  error_correction: z.enum(ERROR_CORRECTIONS),
  version: z.int(),
  style: styleInput,
  scan: scanAnswer,
  created_at: z.iso.datetime(),
  /** The link, where this call made it. */
  link: z.optional(linkAnswer),
});
export type QrAnswer = z.infer<typeof qrAnswer>;
export const qrListAnswer = pageAnswer(qrAnswer);

export const checkAnswer = z.strictObject({
  content: z.string(),
  version: z.int(),
  error_correction: z.enum(ERROR_CORRECTIONS),
  /** With margin and frame. */
  width_modules: z.number(),
  scan: scanAnswer,
});
