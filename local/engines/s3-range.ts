import { s3Error } from './s3-error.ts';

/** Both ends included. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * The part of an object that a `Range` header asks for; null for all of it, also where the header is none that S3 takes
 * (several ranges, other units). Throws InvalidRange.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start <= end) return { start, end };
  throw s3Error('InvalidRange', undefined, { RangeRequested: header ?? '', ActualObjectSize: sizeBytes });
}
