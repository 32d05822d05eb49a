import type * as z from 'zod/mini';
import type { FailureWord } from '../../core/errors.ts';

/** What the route table does not say of an operation: its shapes, by the very schemas that check them. */
export type Operation = {
  readonly body?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  /** What success may be: JSON of a schema, a page, nothing, a stream of events or of rows, or a file. */
  readonly success: Readonly<Record<number, z.ZodMiniType | 'page' | 'empty' | EventSchemas | RowSchema | FileSchema>>;
  readonly failures: readonly FailureWord[];
};

/** The data of each kind of event that a stream has, by its name. */
export type EventSchemas = { readonly events: Readonly<Record<string, z.ZodMiniType>> };

/** What a row is, in whichever of these media types it is asked for. */
export type RowSchema = { readonly rows: z.ZodMiniType; readonly mediaTypes: readonly string[] };

/** A file of one of these media types, or JSON that describes it. */
export type FileSchema = { readonly files: readonly string[]; readonly json?: z.ZodMiniType };

/** By method and path, `GET /v1/urls`. */
export type Operations = Readonly<Record<string, Operation>>;

/** What reading a JSON body may end in. */
export const BODY_FAILURES = [
  'VALIDATION_FAILED',
  'INVALID_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;

/** What an Idempotency-Key may end in; who names these takes one. */
export const KEY_FAILURES = ['IDEMPOTENCY_IN_PROGRESS', 'IDEMPOTENCY_MISMATCH'] as const;
