import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Checksum, type ChecksumAlgorithm, compositeChecksum } from './s3-checksum.ts';
import type { Draft } from './s3-drafts.ts';
import { s3Error } from './s3-error.ts';
import type { ObjectRecord, PartRecord, UploadRecord } from './s3-index.ts';
import type { ObjectStore, Precondition } from './s3-store.ts';

/** A part as a CompleteMultipartUpload names it. */
export type NamedPart = {
  readonly number: number;
  readonly eTag: string;
  /** Base64; undefined where the caller did not say. */
  readonly checksum: string | undefined;
};

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

export type NewUpload = {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | null;
};

export function startUpload(store: ObjectStore, upload: NewUpload, nowMs: number): string {
  const id = randomBytes(48).toString('base64url');
  store.index.addUpload({ id, ...upload, startedAtMs: nowMs });
  return id;
}

/** The upload of that id. Throws NoSuchUpload where there is none for this key. */
export function uploadOf(store: ObjectStore, id: string, bucket: string, key: string): UploadRecord {
  const upload = store.index.upload(id);
  if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
  return upload;
}

/** Keeps a part; one of the same number is replaced. */
export async function putPart(
  store: ObjectStore,
  uploadId: string,
  part: { readonly number: number; readonly draft: Draft; readonly checksum: Checksum | null },
  nowMs: number,
): Promise<PartRecord> {
  const { number, draft, checksum } = part;
  // It may have been completed or aborted while the part came in.
  if (store.index.upload(uploadId) === undefined) {
    await store.drafts.drop(draft.name);
    throw noSuchUpload(uploadId);
  }
  const former = store.index.parts(uploadId).find((one) => one.number === number);
  const record = {
    number,
    draft: draft.name,
    sizeBytes: draft.sizeBytes,
    eTag: draft.md5.toString('hex'),
    modifiedAtMs: nowMs,
    checksum,
  };
  store.index.putPart(uploadId, record);
  if (former !== undefined) await store.drafts.drop(former.draft);
  return record;
}

/**
 * Makes the named parts one object, in their order. Throws what S3 documents for parts that are missing, changed, too
 * small or out of order; the upload is as it was then.
 */
export async function completeUpload(
  store: ObjectStore,
  upload: UploadRecord,
  named: readonly NamedPart[],
  precondition: Precondition,
): Promise<ObjectRecord> {
  const parts = partsNamed(named, store.index.parts(upload.id));
  refuseSmallParts(parts);
  precondition(store.get(upload.bucket, upload.key));
  const draft = await store.drafts.write(joined(store, parts), [], MAX_OBJECT_BYTES);
  const facts = { headers: upload.headers, eTag: eTagOf(parts), checksum: checksumOf(upload, parts) };
  try {
    if (store.index.upload(upload.id) === undefined) throw noSuchUpload(upload.id);
    const record = store.put(upload.bucket, upload.key, draft, facts, precondition);
    await endUpload(store, upload.id);
    return record;
  } catch (error) {
    await store.drafts.drop(draft.name);
    throw error;
  }
}

/** Forgets an upload and its parts. */
export async function endUpload(store: ObjectStore, id: string): Promise<void> {
  const parts = store.index.parts(id);
  store.index.removeUpload(id);
  for (const { draft } of parts) await store.drafts.drop(draft);
}

function partsNamed(named: readonly NamedPart[], known: readonly PartRecord[]): readonly PartRecord[] {
  const byNumber = new Map(known.map((part) => [part.number, part]));
  let before = 0;
  return named.map(({ number, eTag, checksum }) => {
    if (number <= before) throw s3Error('InvalidPartOrder');
    before = number;
    const part = byNumber.get(number);
    const isSame = part?.eTag === eTag && (checksum === undefined || checksum === part.checksum?.value);
    if (part === undefined || !isSame) throw s3Error('InvalidPart', undefined, { PartNumber: number, ETag: eTag });
    return part;
  });
}

function refuseSmallParts(parts: readonly PartRecord[]): void {
  const small = parts.slice(0, -1).find(({ sizeBytes }) => sizeBytes < MIN_PART_BYTES);
  if (small === undefined) return;
  const { sizeBytes, number, eTag } = small;
  throw s3Error('EntityTooSmall', undefined, {
    ProposedSize: sizeBytes,
    MinSizeAllowed: MIN_PART_BYTES,
    PartNumber: number,
    ETag: eTag,
  });
}

async function* joined(store: ObjectStore, parts: readonly PartRecord[]): AsyncGenerator<Buffer> {
  for (const { draft } of parts) yield* createReadStream(store.drafts.pathOf(draft));
}

function eTagOf(parts: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const { eTag } of parts) hash.update(Buffer.from(eTag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

function checksumOf({ algorithm }: UploadRecord, parts: readonly PartRecord[]): Checksum | null {
  const values = parts.flatMap(({ checksum }) => (checksum?.algorithm === algorithm ? [checksum.value] : []));
  return algorithm === null || values.length < parts.length ? null : compositeChecksum(algorithm, values);
}

const noSuchUpload = (id: string) => s3Error('NoSuchUpload', undefined, { UploadId: id });
