import { bucketArn, type ObjectCreated, objectArn, type S3Answer, type S3Call, xmlAnswer } from './s3-call.ts';
import { algorithmNamed, type Checksum, checksumElement } from './s3-checksum.ts';
import { judgeCopySource, writePrecondition } from './s3-conditions.ts';
import type { Draft } from './s3-drafts.ts';
import { s3Error } from './s3-error.ts';
import { checksumHeaders, type Headers, keptHeaders, quoted, refuseNotPlayed } from './s3-headers.ts';
import type { ObjectRecord } from './s3-index.ts';
import { MAX_UPLOAD_BYTES, payloadOf } from './s3-payload.ts';
import { checkedKey, decoded } from './s3-request.ts';
import type { OpenObject, Precondition } from './s3-store.ts';
import { xmlDocument } from './s3-xml.ts';

export async function putObject(call: S3Call): Promise<S3Answer> {
  const { request, bucket, store, signed } = call;
  call.allow('s3:PutObject', objectArn(bucket.name, request.key));
  refuseNotPlayed(request);
  const headers = keptHeaders(request);
  const precondition = writePrecondition(request);
  precondition(store.get(bucket.name, request.key));
  const payload = payloadOf(request, signed);
  const draft = await store.drafts.write(payload.bytes, payload.algorithms, payload.sizeBytes);
  const record = await keep(call, 'ObjectCreated:Put', draft, precondition, () => ({
    headers,
    checksum: payload.verify(draft),
  }));
  return { status: 200, headers: { etag: quoted(record.eTag), ...checksumHeaders(record.checksum) } };
}

export async function copyObject(call: S3Call): Promise<S3Answer> {
  const { request, bucket, store } = call;
  const source = copySourceOf(request.header('x-amz-copy-source') ?? '');
  call.allow('s3:GetObject', objectArn(source.bucket, source.key));
  call.allow('s3:PutObject', objectArn(bucket.name, request.key));
  refuseNotPlayed(request);
  const replaces = request.header('x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
  if (!replaces && source.bucket === bucket.name && source.key === request.key) throw copiesOntoItself();
  const precondition = writePrecondition(request);
  const original = openSource(call, source);
  const { record } = original;
  const headers = replaces ? keptHeaders(request) : record.headers;
  const algorithm = algorithmNamed(request.header('x-amz-checksum-algorithm') ?? '') ?? record.checksum?.algorithm;
  const draft = await store.drafts.write(original.read(), algorithm === undefined ? [] : [algorithm], MAX_UPLOAD_BYTES);
  const value = algorithm === undefined ? undefined : draft.checksums.get(algorithm)?.toString('base64');
  const checksum = algorithm === undefined || value === undefined ? null : { algorithm, value };
  const copy = await keep(call, 'ObjectCreated:Copy', draft, precondition, () => ({ headers, checksum }));
  return xmlAnswer(
    xmlDocument('CopyObjectResult', {
      LastModified: new Date(copy.modifiedAtMs).toISOString(),
      ETag: quoted(copy.eTag),
      ...(checksum !== null && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: 'FULL_OBJECT' }),
    }),
  );
}

type Keeping = Pick<S3Call, 'request' | 'bucket' | 'store' | 'created'>;

/** Makes a draft the object that the request names, durably; drops it where it may not be. */
export async function keep(
  { request, bucket, store, created }: Keeping,
  event: ObjectCreated['event'],
  draft: Draft,
  precondition: Precondition,
  facts: () => { readonly headers: Headers; readonly checksum: Checksum | null },
  key = request.key,
): Promise<ObjectRecord> {
  let record: ObjectRecord;
  try {
    record = store.put(bucket.name, key, draft, { eTag: draft.md5.toString('hex'), ...facts() }, precondition);
  } catch (error) {
    await store.drafts.drop(draft.name);
    throw error;
  }
  await store.synced();
  created(event, record);
  return record;
}

/** `bucket/key` or `/bucket/key`, percent-encoded. */
function copySourceOf(header: string): { readonly bucket: string; readonly key: string } {
  const [path = '', version] = header.replace(/^\//, '').split('?');
  if (version !== undefined) throw s3Error('NotImplemented', undefined, { Header: 'x-amz-copy-source' });
  const source = decoded(path);
  const slash = source.indexOf('/');
  if (slash < 1 || slash === source.length - 1) {
    throw s3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket: source.slice(0, slash), key: checkedKey(source.slice(slash + 1)) };
}

function openSource(call: S3Call, source: { readonly bucket: string; readonly key: string }): OpenObject {
  const bucket = call.bucketNamed(source.bucket);
  const original = call.store.open(bucket.name, source.key);
  if (original === undefined) {
    call.allow('s3:ListBucket', bucketArn(bucket.name));
    throw s3Error('NoSuchKey', undefined, { Key: source.key });
  }
  try {
    judgeCopySource(original.record, call.request);
    if (original.record.sizeBytes > MAX_UPLOAD_BYTES) {
      throw s3Error(
        'InvalidRequest',
        `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_UPLOAD_BYTES}`,
      );
    }
    return original;
  } catch (error) {
    original.close();
    throw error;
  }
}

const copiesOntoItself = () =>
  s3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
