import { Failure } from '../core/errors.ts';
import type { HttpRequest } from './request.ts';

export { parseMembers } from '../core/parse-members.ts';

/** Contract: 256 KB for a body, 4 MB for a bulk one. */
export const MAX_BODY_BYTES = 256 * 1024;
export const MAX_BULK_BODY_BYTES = 4 * 1024 * 1024;

/** The parsed JSON of a body. Throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or INVALID_JSON. */
export function jsonBody({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>, maxBytes = MAX_BODY_BYTES): unknown {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (Buffer.byteLength(body ?? '') > maxBytes) throw new Failure('PAYLOAD_TOO_LARGE', { max_bytes: maxBytes });
  try {
    return parsed(body ?? '');
  } catch (error) {
    throw new Failure('INVALID_JSON', {}, { cause: error });
  }
}

/** Half a surrogate pair can only be written as an escape, cannot be UTF-8 (RFC 7493 §2.1), and no store takes it. */
function parsed(text: string): unknown {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, (name, value: unknown) => {
    if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed()))
      throw new SyntaxError('lone surrogate');
    return value;
  }) as unknown;
}
