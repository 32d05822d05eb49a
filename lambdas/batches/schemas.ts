import * as z from 'zod/mini';
import type { BatchFailure } from '../../core/batches/batch.ts';
import { BATCH_FAILURES, BATCH_STATUSES, MAX_ITEMS, ON_FAILURE, ROW_FORMATS } from '../../core/batches/batch.ts';
import { MAX_UPLOAD_BYTES } from '../../core/batches/upload.ts';
import { QR_FORMATS } from '../../core/qr/qr-file.ts';
import { uploadForm } from '../logos/schemas.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';
import { lookMembers } from '../qr/schemas.ts';

export const uploadBody = z.strictObject({
  format: z.enum(ROW_FORMATS),
  /** Where it is said, the form takes a file of exactly this size. */
  size_bytes: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_UPLOAD_BYTES))),
});
export const uploadAnswer = z.strictObject({
  upload_id: z.string(),
  format: z.enum(ROW_FORMATS),
  upload: uploadForm,
});

const members = {
  ...lookMembers,
  /** Also codes that do not scan. */
  force: z.optional(z.boolean()),
  on_failure: z.optional(z.enum(ON_FAILURE)),
  /** Only looks at the rows. */
  dry_run: z.optional(z.boolean()),
};

/** Rows are judged one by one, so that what is wrong with one is told of it alone. */
const items = z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_ITEMS));

export const BATCH_BODIES = {
  items: z.strictObject({ items, ...members }),
  upload: z.strictObject({ upload_id: z.string(), ...members }),
};
export const batchBody = z.union([BATCH_BODIES.items, BATCH_BODIES.upload]);

const rowError = z.strictObject({
  /** From 1; 0 is the header. */
  row: z.int(),
  /** Empty where it is about the whole row. */
  column: z.string(),
  reason: z.string(),
});

export const dryRunAnswer = z.strictObject({
  total: z.int(),
  valid: z.int(),
  /** The first thousand. */
  errors: z.array(rowError),
  /** False where only the first `total` rows were looked at. */
  complete: z.boolean(),
});

const instant = z.iso.datetime();

export const batchAnswer = z.strictObject({
  batch_id: z.string(),
  status: z.enum(BATCH_STATUSES),
  /** Null until the rows of an upload have been counted. */
  total: z.nullable(z.int()),
  done: z.int(),
  failed: z.int(),
  /** Of the rows that are left; null where it cannot be told. */
  eta_seconds: z.nullable(z.int()),
  /** Why it failed as a whole. */
  reason: z.nullable(
    z.strictObject({ code: z.enum(BATCH_FAILURES as readonly [BatchFailure, ...BatchFailure[]]), message: z.string() }),
  ),
  format: z.enum(QR_FORMATS),
  on_failure: z.enum(ON_FAILURE),
  events_url: z.string(),
  /** ZIP and CSV, for whoever has the URL until `download_expires_at`; every answer has fresh ones. */
  download_url: z.nullable(z.string()),
  errors_url: z.nullable(z.string()),
  download_expires_at: z.nullable(instant),
  /** Of the ZIP. */
  bytes: z.nullable(z.int()),
  /** 1, and one more with each retry. */
  run: z.int(),
  /** Whether `POST …/retry` would do something. */
  can_retry: z.boolean(),
  created_at: instant,
  ended_at: z.nullable(instant),
  /** When the batch and its files are gone. */
  expires_at: instant,
});
export type BatchAnswer = z.infer<typeof batchAnswer>;

export const batchesQuery = z.strictObject(pageMembers);
export const batchesAnswer = pageAnswer(batchAnswer);
