import { bucketArn, type S3Answer, type S3Call, xmlAnswer } from './s3-call.ts';
import { s3Error } from './s3-error.ts';
import { quoted } from './s3-headers.ts';
import type { KeyBounds, ObjectIndex, ObjectRecord } from './s3-index.ts';
import type { S3Request } from './s3-request.ts';
import { xmlDocument } from './s3-xml.ts';

/** Where a listing goes on: behind a key, or behind everything that begins with a prefix. */
type Position = { readonly kind: 'key' | 'prefix'; readonly text: string };

export type Listing = {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly after: Position | null;
};

export type Page = {
  readonly objects: readonly ObjectRecord[];
  readonly commonPrefixes: readonly string[];
  /** Null on the last page. */
  readonly next: Position | null;
};

const MAX_KEYS = 1_000;

/** ListObjectsV2. */
export function listObjects({ request, bucket, store, allow }: S3Call): S3Answer {
  allow('s3:ListBucket', bucketArn(bucket.name));
  const [startAfter, token] = [request.parameter('start-after'), request.parameter('continuation-token')];
  const listing = {
    prefix: request.parameter('prefix') ?? '',
    delimiter: request.parameter('delimiter') ?? '',
    maxKeys: maxKeysIn(request),
    after: token === undefined ? startOf(startAfter) : positionOf(token),
  };
  const encode = encodingIn(request);
  const page = pageOf(store.index, bucket.name, listing);
  const { objects, commonPrefixes, next } = page;
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: encode(listing.prefix),
      Delimiter: listing.delimiter === '' ? undefined : encode(listing.delimiter),
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      ContinuationToken: token,
      NextContinuationToken: next === null ? undefined : tokenOf(next),
      EncodingType: request.parameter('encoding-type'),
      MaxKeys: listing.maxKeys,
      KeyCount: objects.length + commonPrefixes.length,
      IsTruncated: next !== null,
      Contents: objects.map(({ key, modifiedAtMs, eTag, sizeBytes, checksum }) => ({
        Key: encode(key),
        LastModified: new Date(modifiedAtMs).toISOString(),
        ETag: quoted(eTag),
        ChecksumAlgorithm: checksum?.algorithm,
        Size: sizeBytes,
        StorageClass: 'STANDARD',
      })),
      CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  );
}

/** One page of keys in UTF-8 order, those with the delimiter behind the prefix folded into common prefixes. */
export function pageOf(index: Pick<ObjectIndex, 'range'>, bucket: string, listing: Listing): Page {
  const { prefix, delimiter, maxKeys } = listing;
  const objects: ObjectRecord[] = [];
  const commonPrefixes: string[] = [];
  const count = (): number => objects.length + commonPrefixes.length;
  if (maxKeys === 0) return { objects, commonPrefixes, next: null };
  let bounds: KeyBounds | null = boundsOf(prefix, listing.after);
  let last: Position | null = null;
  while (bounds !== null) {
    const batch = index.range(bucket, bounds, maxKeys - count() + 1);
    bounds = null;
    for (const record of batch) {
      if (count() === maxKeys) return { objects, commonPrefixes, next: last };
      const end = delimiter === '' ? -1 : record.key.indexOf(delimiter, prefix.length);
      if (end === -1) {
        objects.push(record);
        last = { kind: 'key', text: record.key };
        continue;
      }
      const common = record.key.slice(0, end + delimiter.length);
      commonPrefixes.push(common);
      last = { kind: 'prefix', text: common };
      // Behind all keys of this prefix, however many.
      bounds = boundsOf(prefix, last);
      break;
    }
  }
  return { objects, commonPrefixes, next: null };
}

function boundsOf(prefix: string, after: Position | null): KeyBounds {
  const start = Buffer.from(prefix);
  const to = start.length === 0 ? null : behindPrefix(start);
  if (after === null) return { from: start, isFromExcluded: false, to };
  const isKey = after.kind === 'key';
  const from = isKey ? Buffer.from(after.text) : behindPrefix(Buffer.from(after.text));
  return Buffer.compare(from, start) < 0
    ? { from: start, isFromExcluded: false, to }
    : { from, isFromExcluded: isKey, to };
}

/** The least bytes that are behind everything with this prefix; UTF-8 never has 255, so there always are some. */
function behindPrefix(prefix: Buffer): Buffer {
  const behind = Buffer.from(prefix);
  const last = behind.length - 1;
  behind.writeUInt8(behind.readUInt8(last) + 1, last);
  return behind;
}

const startOf = (startAfter: string | undefined): Position | null =>
  startAfter === undefined || startAfter === '' ? null : { kind: 'key', text: startAfter };

const tokenOf = ({ kind, text }: Position): string => Buffer.from(`${kind}:${text}`).toString('base64url');

function positionOf(token: string): Position {
  const [, kind, text] = /^(key|prefix):([\s\S]+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (text !== undefined && kind !== undefined) return { kind: kind === 'key' ? 'key' : 'prefix', text };
  throw s3Error('InvalidArgument', 'The continuation token provided is incorrect', {
    ArgumentName: 'continuation-token',
  });
}

function maxKeysIn(request: S3Request): number {
  const given = request.parameter('max-keys');
  if (given === undefined) return MAX_KEYS;
  if (/^\d{1,10}$/.test(given)) return Math.min(Number(given), MAX_KEYS);
  throw s3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range', {
    ArgumentName: 'max-keys',
    ArgumentValue: given,
  });
}

function encodingIn(request: S3Request): (text: string) => string {
  const type = request.parameter('encoding-type');
  if (type === undefined) return (text) => text;
  if (type === 'url') return urlEncoded;
  throw s3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  });
}

/** As forms are encoded, but slashes stay. */
const urlEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
