import { type Checksum, checksumHeader } from './s3-checksum.ts';
import { s3Error } from './s3-error.ts';
import type { ObjectRecord } from './s3-index.ts';
import type { HeaderBag, S3Request } from './s3-request.ts';

export type Headers = Readonly<Record<string, string>>;

/** Headers that an object is given back with as it was put, beside its metadata. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const METADATA = 'x-amz-meta-';
/** What HTTP lets be the name of a header. */
const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const MAX_METADATA_BYTES = 2_048;
const USUAL_TYPE = 'binary/octet-stream';

/** The query parameters of a read that take the place of a kept header. */
const OVERRIDES = KEPT.map((name) => [`response-${name}`, name] as const);

/** What S3 could do with an object here and the laptop does not: refused rather than dropped. */
const NOT_PLAYED = [
  'x-amz-tagging',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-legal-hold',
  'x-amz-object-lock-retain-until-date',
  'x-amz-website-redirect-location',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-write-offset-bytes',
];

/** The headers to keep of an upload. Throws for metadata over 2 KB and for what the laptop's S3 does not play. */
export function keptHeaders(request: HeaderBag): Headers {
  const kept = KEPT.flatMap((name) => {
    const value = name === 'content-encoding' ? contentEncoding(request) : request.header(name);
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { 'content-type': USUAL_TYPE, ...Object.fromEntries(kept), ...metadataIn(request) };
}

/** `aws-chunked` frames the upload and is no property of the object. */
const contentEncoding = (request: HeaderBag): string | undefined =>
  request
    .header('content-encoding')
    ?.split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== 'aws-chunked')
    .join(',');

function metadataIn({ header, headerNames }: HeaderBag): Headers {
  const names = headerNames.filter((name) => name.startsWith(METADATA));
  const wrong = names.find((name) => !TOKEN.test(name));
  if (wrong !== undefined) throw s3Error('InvalidArgument', undefined, { ArgumentName: wrong });
  const metadata = names.map((name) => [name, header(name) ?? ''] as const);
  const sizeBytes = metadata.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) - METADATA.length + Buffer.byteLength(value),
    0,
  );
  if (sizeBytes > MAX_METADATA_BYTES) {
    throw s3Error('MetadataTooLarge', undefined, { Size: sizeBytes, MaxSizeAllowed: MAX_METADATA_BYTES });
  }
  return Object.fromEntries(metadata);
}

/** Throws for headers that ask for what is not played. Bucket owners own everything here, so ACLs are refused as there. */
export function refuseNotPlayed({ header }: HeaderBag): void {
  const asked = NOT_PLAYED.find((name) => header(name) !== undefined);
  if (asked !== undefined) throw s3Error('NotImplemented', undefined, { Header: asked });
  const acl = header('x-amz-acl');
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw s3Error('AccessControlListNotSupported');
  }
}

/** The headers of an answer to GET and HEAD. */
export function objectHeaders(record: ObjectRecord, request: S3Request): Headers {
  const overridden = OVERRIDES.flatMap(([parameter, name]) => {
    const value = request.parameter(parameter);
    return value === undefined ? [] : [[name, headerText(value)] as const];
  });
  const kept = Object.entries(record.headers).map(([name, value]) => [name, headerText(value)] as const);
  return { ...Object.fromEntries(kept), ...Object.fromEntries(overridden), ...validators(record) };
}

/** What conditional requests are made with. */
export const validators = ({ eTag, modifiedAtMs }: ObjectRecord): Headers => ({
  etag: quoted(eTag),
  'last-modified': new Date(modifiedAtMs).toUTCString(),
  'accept-ranges': 'bytes',
});

export const quoted = (eTag: string): string => `"${eTag}"`;

export const checksumHeaders = (checksum: Checksum | null): Headers =>
  checksum === null
    ? {}
    : {
        [checksumHeader(checksum.algorithm)]: checksum.value,
        'x-amz-checksum-type': checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT',
      };

/** What HTTP cannot carry in a header is left out; anything beyond Latin-1 goes as MIME's encoded words, as S3 does. */
function headerText(text: string): string {
  // Line breaks would end the header.
  const oneLine = text.replaceAll(/[^\t\u0020-\u007e\u0080-\u{10ffff}]/gu, ' ');
  return /^[\t\u0020-\u00ff]*$/.test(oneLine) ? oneLine : `=?UTF-8?B?${Buffer.from(oneLine).toString('base64')}?=`;
}
