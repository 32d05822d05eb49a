import { s3Error } from './s3-error.ts';
import type { ObjectRecord } from './s3-index.ts';
import type { S3Request } from './s3-request.ts';
import type { Precondition } from './s3-store.ts';

type HeaderReader = (name: string) => string | undefined;

/** Names of the four headers: those of a read, or those of a copy about its source. */
type Names = { readonly match: string; readonly noneMatch: string; readonly since: string; readonly notSince: string };

const READ: Names = {
  match: 'if-match',
  noneMatch: 'if-none-match',
  since: 'if-modified-since',
  notSince: 'if-unmodified-since',
};
const COPY_SOURCE: Names = {
  match: 'x-amz-copy-source-if-match',
  noneMatch: 'x-amz-copy-source-if-none-match',
  since: 'x-amz-copy-source-if-modified-since',
  notSince: 'x-amz-copy-source-if-unmodified-since',
};

/** `not modified` is 304. Throws PreconditionFailed. */
export function judgeRead(record: ObjectRecord, request: S3Request): 'send' | 'not modified' {
  return judge(record, request.header, READ);
}

/** Throws PreconditionFailed: a copy has no 304. */
export function judgeCopySource(record: ObjectRecord, request: S3Request): void {
  if (judge(record, request.header, COPY_SOURCE) === 'not modified') throw failed(COPY_SOURCE.noneMatch);
}

/** RFC 9110 §13.2.2: an entity tag counts before a time. */
function judge(record: ObjectRecord, header: HeaderReader, names: Names): 'send' | 'not modified' {
  const [match, noneMatch] = [header(names.match), header(names.noneMatch)];
  const modifiedAtMs = Math.floor(record.modifiedAtMs / 1_000) * 1_000;
  const notSinceMs = Date.parse(header(names.notSince) ?? '');
  if (match !== undefined && !isAmong(record, match)) throw failed(names.match);
  if (match === undefined && modifiedAtMs > notSinceMs) throw failed(names.notSince);
  const sinceMs = Date.parse(header(names.since) ?? '');
  if (noneMatch !== undefined) return isAmong(record, noneMatch) ? 'not modified' : 'send';
  return modifiedAtMs <= sinceMs ? 'not modified' : 'send';
}

/** The precondition of a write, by `If-Match` and `If-None-Match: *`; S3 plays no others here. */
export function writePrecondition(request: S3Request): Precondition {
  const [match, noneMatch] = [request.header('if-match'), request.header('if-none-match')];
  if (noneMatch !== undefined && noneMatch !== '*') throw notPlayed('If-None-Match');
  if (match !== undefined && noneMatch !== undefined) throw notPlayed('If-Match');
  return (current) => {
    if (noneMatch !== undefined && current !== undefined) throw failed('If-None-Match');
    if (match === undefined) return;
    if (current === undefined) throw s3Error('NoSuchKey', undefined, { Key: request.key });
    if (!isAmong(current, match)) throw failed('If-Match');
  };
}

const isAmong = ({ eTag }: ObjectRecord, list: string): boolean =>
  list.split(',').some((one) => {
    const tag = one.trim().replace(/^W\//, '');
    return tag === '*' || tag === eTag || tag === `"${eTag}"`;
  });

const failed = (condition: string) => s3Error('PreconditionFailed', undefined, { Condition: condition });
const notPlayed = (header: string) => s3Error('NotImplemented', undefined, { Header: header });
