import { Failure } from '../core/errors.ts';
import type { HttpRequest } from './request.ts';

/** The ETag of a resource that counts its versions. */
export const etagOf = ({ version }: { readonly version: number }): string => `"${version}"`;

/** The version in an RFC 9110 If-Match with one of our ETags; `*` and none mean any version (null). Throws VERSION_CONFLICT. */
export function expectedVersion({ headers }: Pick<HttpRequest, 'headers'>): number | null {
  const ifMatch = headers['if-match']?.trim();
  if (ifMatch === undefined || ifMatch === '*') return null;
  const version = /^"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined)
    throw new Failure('VERSION_CONFLICT', {}, { detail: 'If-Match is not an ETag of this resource.' });
  return Number(version);
}
