import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { REGION } from '../cloud/account.ts';
import { SECRET_ACCESS_KEY } from '../lambda/function-env.ts';
import type { Origin } from './edge.ts';
import type { OriginAnswer, OriginRequest } from './origin-request.ts';

type Found = { readonly status: number; readonly headers: Record<string, string>; readonly body: Readable | string };

/**
 * A bucket behind a distribution: objects are read over S3 in the name of the distribution, as origin access control has it, so what the
 * bucket's policy does not allow is a 403.
 */
export function playBucket(bucket: string, accessKeyId: string, s3Url: string): Origin {
  const client = new S3Client({
    endpoint: s3Url,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: SECRET_ACCESS_KEY },
    forcePathStyle: true,
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return async (request): Promise<OriginAnswer> => {
    try {
      return await read(client, bucket, request);
    } catch (error) {
      return refused(error);
    }
  };
}

async function read(client: S3Client, bucket: string, { method, path, headers }: OriginRequest): Promise<Found> {
  const asked = {
    Bucket: bucket,
    Key: decodeURIComponent(path.slice(1)),
    ...(headers['if-none-match'] === undefined ? {} : { IfNoneMatch: headers['if-none-match'] }),
    ...(headers['range'] === undefined ? {} : { Range: headers['range'] }),
  };
  const found =
    method === 'HEAD'
      ? await client.send(new HeadObjectCommand(asked))
      : await client.send(new GetObjectCommand(asked));
  const told = {
    'content-type': found.ContentType,
    'cache-control': found.CacheControl,
    'content-disposition': found.ContentDisposition,
    'content-range': found.ContentRange,
    'accept-ranges': found.AcceptRanges,
    etag: found.ETag,
    'last-modified': found.LastModified?.toUTCString(),
  };
  return {
    status: found.ContentRange === undefined ? 200 : 206,
    headers: Object.fromEntries(
      Object.entries(told).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body: 'Body' in found ? ((found.Body as Readable | undefined) ?? '') : '',
  };
}

function refused(error: unknown): OriginAnswer {
  const status = statusOf(error);
  return { status, headers: { 'content-type': 'text/plain' }, body: status === 304 ? '' : `${status}\n` };
}

function statusOf(error: unknown): number {
  // A path that cannot be decoded is no key of any object.
  if (error instanceof URIError) return 400;
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 502) : 502;
}
