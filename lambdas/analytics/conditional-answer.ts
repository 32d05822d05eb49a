import { createHash } from 'node:crypto';
import { jsonAnswer } from '../http.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';

const ETAG_BYTES = 16;

/**
 * Numbers may be shown again for a few seconds, to the same caller in the same workspace. `Vary` names what tells callers
 * apart: a browser's cache outlives a sign-out.
 */
const CACHE_HEADERS = {
  'cache-control': 'private, max-age=5',
  vary: 'Authorization, Cookie, X-Signpost-Workspace',
} as const;

/**
 * Numbers with their ETag, or 304 where the caller has the same ones. The tag is weak (RFC 9110 §8.8.1): it is of the
 * numbers, not of `counted_through`, which moves on while nobody clicks.
 */
export function conditionalAnswer(
  { headers }: Pick<HttpRequest, 'headers'>,
  numbers: Readonly<Record<string, unknown>>,
  countedThrough: string,
): HttpAnswer {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(numbers)).digest().subarray(0, ETAG_BYTES).toString('base64url')}"`;
  const answered = { ...CACHE_HEADERS, etag };
  if (isKnown(headers['if-none-match'], etag)) return { status: 304, headers: answered };
  return jsonAnswer(200, { ...numbers, counted_through: countedThrough }, answered);
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2): `W/` makes no difference. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag));
}
