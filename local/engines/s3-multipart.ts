import { objectArn, type S3Answer, type S3Call, xmlAnswer } from './s3-call.ts';
import {
  algorithmNamed,
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumElement,
} from './s3-checksum.ts';
import { writePrecondition } from './s3-conditions.ts';
import { s3Error } from './s3-error.ts';
import { checksumHeaders, keptHeaders, quoted, refuseNotPlayed } from './s3-headers.ts';
import { payloadOf, textOf } from './s3-payload.ts';
import type { S3Request } from './s3-request.ts';
import { completeUpload, endUpload, type NamedPart, putPart, startUpload, uploadOf } from './s3-uploads.ts';
import { childText, parseXml, type XmlElement, xmlDocument } from './s3-xml.ts';

const MAX_PARTS = 10_000;
const MAX_LISTED = 1_000;
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export async function createUpload({ request, bucket, store, nowMs, allow }: S3Call): Promise<S3Answer> {
  allow('s3:PutObject', objectArn(bucket.name, request.key));
  refuseNotPlayed(request);
  const algorithm = algorithmIn(request);
  const upload = { bucket: bucket.name, key: request.key, headers: keptHeaders(request), algorithm };
  const id = startUpload(store, upload, nowMs);
  await store.synced();
  return xmlAnswer(
    xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: request.key, UploadId: id }),
    algorithm === null ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': 'COMPOSITE' },
  );
}

export async function uploadPart(call: S3Call): Promise<S3Answer> {
  const { request, bucket, store, signed, nowMs } = call;
  call.allow('s3:PutObject', objectArn(bucket.name, request.key));
  if (request.header('x-amz-copy-source') !== undefined)
    throw s3Error('NotImplemented', undefined, { Header: 'x-amz-copy-source' });
  const number = partNumberIn(request);
  const upload = uploadOf(store, uploadIdIn(request), bucket.name, request.key);
  const payload = payloadOf(request, signed);
  const draft = await store.drafts.write(payload.bytes, payload.algorithms, payload.sizeBytes);
  let checksum: Checksum | null;
  try {
    checksum = payload.verify(draft);
    refuseOtherAlgorithm(upload.algorithm, checksum);
  } catch (error) {
    await store.drafts.drop(draft.name);
    throw error;
  }
  const part = await putPart(store, upload.id, { number, draft, checksum }, nowMs);
  await store.synced();
  const { [`x-amz-checksum-type`]: _, ...headers } = checksumHeaders(checksum);
  return { status: 200, headers: { etag: quoted(part.eTag), ...headers } };
}

export async function completeMultipart(call: S3Call): Promise<S3Answer> {
  const { request, bucket, store, signed } = call;
  call.allow('s3:PutObject', objectArn(bucket.name, request.key));
  const precondition = writePrecondition(request);
  const upload = uploadOf(store, uploadIdIn(request), bucket.name, request.key);
  const named = partsIn(parseXml(await textOf(payloadOf(request, signed), MAX_BODY_BYTES)));
  const record = await completeUpload(store, upload, named, precondition);
  await store.synced();
  call.created('ObjectCreated:CompleteMultipartUpload', record);
  const { checksum } = record;
  return xmlAnswer(
    xmlDocument('CompleteMultipartUploadResult', {
      Location: `http://${request.message.headers.host}${request.rawPath}`,
      Bucket: bucket.name,
      Key: request.key,
      ETag: quoted(record.eTag),
      ...(checksum !== null && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: 'COMPOSITE' }),
    }),
  );
}

export async function abortUpload({ request, bucket, store, allow }: S3Call): Promise<S3Answer> {
  allow('s3:AbortMultipartUpload', objectArn(bucket.name, request.key));
  await endUpload(store, uploadOf(store, uploadIdIn(request), bucket.name, request.key).id);
  await store.synced();
  return { status: 204 };
}

export function listParts({ request, bucket, store, allow }: S3Call): S3Answer {
  allow('s3:ListMultipartUploadParts', objectArn(bucket.name, request.key));
  const upload = uploadOf(store, uploadIdIn(request), bucket.name, request.key);
  const marker = wholeNumberIn(request, 'part-number-marker', 0);
  const maxParts = Math.min(wholeNumberIn(request, 'max-parts', MAX_LISTED), MAX_LISTED);
  const behind = store.index.parts(upload.id).filter(({ number }) => number > marker);
  const parts = behind.slice(0, maxParts);
  return xmlAnswer(
    xmlDocument('ListPartsResult', {
      Bucket: bucket.name,
      Key: request.key,
      UploadId: upload.id,
      PartNumberMarker: marker,
      NextPartNumberMarker: parts.at(-1)?.number ?? 0,
      MaxParts: maxParts,
      IsTruncated: behind.length > parts.length,
      ChecksumAlgorithm: upload.algorithm ?? undefined,
      StorageClass: 'STANDARD',
      Part: parts.map(({ number, eTag, sizeBytes, modifiedAtMs, checksum }) => ({
        PartNumber: number,
        LastModified: new Date(modifiedAtMs).toISOString(),
        ETag: quoted(eTag),
        Size: sizeBytes,
        ...(checksum !== null && { [checksumElement(checksum.algorithm)]: checksum.value }),
      })),
    }),
  );
}

function algorithmIn(request: S3Request): ChecksumAlgorithm | null {
  const name = request.header('x-amz-checksum-algorithm');
  if (name === undefined) return null;
  const algorithm = algorithmNamed(name);
  const isPlayed = algorithm !== undefined && request.header('x-amz-checksum-type') !== 'FULL_OBJECT';
  if (!isPlayed)
    throw s3Error('NotImplemented', `The laptop's S3 does not play the checksum ${name} of a whole object.`);
  return algorithm;
}

function refuseOtherAlgorithm(algorithm: ChecksumAlgorithm | null, checksum: Checksum | null): void {
  if (algorithm === null || checksum?.algorithm === algorithm) return;
  throw s3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${checksum?.algorithm.toLowerCase() ?? 'null'}`,
  );
}

const uploadIdIn = (request: S3Request): string => request.parameter('uploadId') ?? '';

function partNumberIn(request: S3Request): number {
  const number = Number(request.parameter('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number;
  throw s3Error('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`, {
    ArgumentName: 'partNumber',
    ArgumentValue: request.parameter('partNumber') ?? '',
  });
}

function wholeNumberIn(request: S3Request, name: string, absent: number): number {
  const given = request.parameter(name);
  if (given === undefined) return absent;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw s3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, { ArgumentName: name });
}

function partsIn(root: XmlElement): readonly NamedPart[] {
  const parts = root.children.filter(({ name }) => name === 'Part');
  if (root.name !== 'CompleteMultipartUpload' || parts.length === 0 || parts.length > MAX_PARTS)
    throw s3Error('MalformedXML');
  return parts.map((part) => {
    const [number, eTag] = [Number(childText(part, 'PartNumber')), childText(part, 'ETag')];
    if (!Number.isInteger(number) || eTag === undefined) throw s3Error('MalformedXML');
    const checksums = CHECKSUM_ALGORITHMS.map((algorithm) => childText(part, checksumElement(algorithm)));
    return { number, eTag: eTag.replaceAll('"', ''), checksum: checksums.find((value) => value !== undefined) };
  });
}
