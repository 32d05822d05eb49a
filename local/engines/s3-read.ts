import { bucketArn, objectArn, type S3Answer, type S3Call } from './s3-call.ts';
import { judgeRead } from './s3-conditions.ts';
import { s3Error } from './s3-error.ts';
import { checksumHeaders, objectHeaders, validators } from './s3-headers.ts';
import { rangeOf } from './s3-range.ts';
import type { OpenObject } from './s3-store.ts';

/** GetObject and HeadObject: conditions, ranges, overridden headers, the checksum where it is asked for. */
export function getObject(call: S3Call): S3Answer {
  const { request, bucket } = call;
  call.allow('s3:GetObject', objectArn(bucket.name, request.key));
  const object = openFor(call);
  try {
    const answer = answerOf(object, call);
    if (answer.body === undefined) object.close();
    return answer;
  } catch (error) {
    object.close();
    throw error;
  }
}

/** Whoever may not list is not told that nothing is there: AWS says 403 then, for want of s3:ListBucket. */
function openFor({ store, bucket, request, allow }: S3Call): OpenObject {
  const object = store.open(bucket.name, request.key);
  if (object !== undefined) return object;
  allow('s3:ListBucket', bucketArn(bucket.name));
  throw s3Error('NoSuchKey', undefined, { Key: request.key });
}

function answerOf(object: OpenObject, { request }: S3Call): S3Answer {
  const { record } = object;
  const { sizeBytes } = record;
  if (judgeRead(record, request) === 'not modified') return { status: 304, headers: validators(record) };
  const range = rangeOf(request.header('range'), sizeBytes);
  const isChecksumAsked = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const headers = {
    ...objectHeaders(record, request),
    ...(isChecksumAsked && range === null && checksumHeaders(record.checksum)),
    'content-length': String(range === null ? sizeBytes : range.end - range.start + 1),
    ...(range !== null && { 'content-range': `bytes ${range.start}-${range.end}/${sizeBytes}` }),
  };
  const status = range === null ? 200 : 206;
  return request.method === 'HEAD' ? { status, headers } : { status, headers, body: object.read(range ?? undefined) };
}
