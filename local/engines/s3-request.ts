import type { IncomingMessage } from 'node:http';
import { s3Error } from './s3-error.ts';

/** Headers of a request, or the fields of a form in their place; all names in lower case. */
export type HeaderBag = {
  readonly header: (name: string) => string | undefined;
  readonly headerNames: readonly string[];
};

/** A request as S3 reads it, path style: `/bucket/key?query`. Its `x-amz-…` headers may stand in the query, where presigning puts them. */
export type S3Request = HeaderBag & {
  readonly method: string;
  /** As it was sent, before the query. */
  readonly rawPath: string;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  /** Decoded, in the order they were sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Value of a query parameter; undefined where there is none. */
  readonly parameter: (name: string) => string | undefined;
  /** As it comes; to be read once. One that is not read to the end still gets its answer. */
  readonly body: () => AsyncIterable<Buffer>;
  readonly message: IncomingMessage;
};

const MAX_KEY_BYTES = 1_024;

/** Throws InvalidURI for what is not UTF-8 and KeyTooLongError. Dots and slashes of a key are letters like all others. */
export function requestOf(message: IncomingMessage): S3Request {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const slash = rawPath.indexOf('/', 1);
  const query = mark === -1 ? [] : queryOf(url.slice(mark + 1));
  const parameters = new Map(query.toReversed());
  const hoisted = new Map(Array.from(parameters, ([name, value]) => [name.toLowerCase(), value]));
  return {
    method: message.method ?? '',
    rawPath,
    bucket: decoded(slash === -1 ? rawPath.slice(1) : rawPath.slice(1, slash)),
    key: slash === -1 ? '' : checkedKey(decoded(rawPath.slice(slash + 1))),
    query,
    parameter: (name) => parameters.get(name),
    header(name) {
      const value = message.headers[name];
      if (value !== undefined) return Array.isArray(value) ? value.join(', ') : value;
      return name.startsWith('x-amz-') ? hoisted.get(name) : undefined;
    },
    headerNames: [...Object.keys(message.headers), ...hoisted.keys()],
    body: () => message.iterator({ destroyOnReturn: false }),
    message,
  };
}

export function checkedKey(key: string): string {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes <= MAX_KEY_BYTES) return key;
  throw s3Error('KeyTooLongError', undefined, { Size: sizeBytes, MaxSizeAllowed: MAX_KEY_BYTES });
}

/** Percent escapes of a path. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidURI', undefined, { URI: text });
  }
}

function queryOf(text: string): readonly (readonly [string, string])[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decoded(name.replaceAll('+', ' ')), decoded(value.replaceAll('+', ' '))] as const;
    });
}
