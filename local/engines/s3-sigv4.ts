import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { s3Error } from './s3-error.ts';
import { decoded, type S3Request } from './s3-request.ts';

/** Day, region and service that a signature is for: `20260312/us-east-1/s3/aws4_request`. */
export type Scope = { readonly accessKeyId: string; readonly day: string; readonly text: string };

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const REGION = 'us-east-1';

/** `AKID/20260312/us-east-1/s3/aws4_request`; null where it is no credential for S3 here. */
export function scopeOf(credential: string): Scope | null {
  const [accessKeyId = '', day = '', region, service, end, ...more] = credential.split('/');
  const isScope = accessKeyId !== '' && /^\d{8}$/.test(day) && service === 's3' && end === 'aws4_request';
  if (!isScope || more.length > 0) return null;
  if (region !== REGION) {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${REGION}'`;
    throw s3Error('AuthorizationHeaderMalformed', message, { Region: REGION });
  }
  return { accessKeyId, day, text: `${day}/${region}/${service}/${end}` };
}

/** `20260312T040506Z` as milliseconds; NaN for anything else. */
export function timeOf(amzDate: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function signingKeyOf(secretAccessKey: string, { day }: Scope): Buffer {
  const steps = [day, REGION, 's3', 'aws4_request'];
  return steps.reduce<Buffer>((key, step) => hmac(key, step), Buffer.from(`AWS4${secretAccessKey}`));
}

export const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
export const sha256Hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export type Signing = {
  readonly scope: Scope;
  readonly amzDate: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
};

/** What the signature of a request is made over. */
export function stringToSign(request: S3Request, { scope, amzDate, signedHeaders, payloadHash }: Signing): string {
  const canonical = [
    request.method,
    uriEncode(decoded(request.rawPath)).replaceAll('%2F', '/'),
    canonicalQuery(request),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  return [ALGORITHM, amzDate, scope.text, sha256Hex(canonical)].join('\n');
}

/** Compares in a time that does not tell how much of it is right. */
export function isSignature(given: string, expected: Buffer): boolean {
  const bytes = Buffer.from(given, 'hex');
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function canonicalQuery({ query }: S3Request): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort((one, other) => (one < other ? -1 : 1))
    .join('&');
}

function canonicalHeader({ message }: S3Request, name: string): string {
  const value = message.headers[name] ?? '';
  return (Array.isArray(value) ? value.join(',') : value).trim().replaceAll(/ +/g, ' ');
}

const uriEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
