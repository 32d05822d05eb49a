import { closeSync, fdatasync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { Checksum, ChecksumAlgorithm } from './s3-checksum.ts';

/** Everything S3 knows of an object but its bytes. */
export type ObjectRecord = {
  readonly key: string;
  readonly isParked: boolean;
  /** Name of the draft that became this object: where the process died in between, the draft is still to be moved. */
  readonly draft: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly eTag: string;
  readonly modifiedAtMs: number;
  /** Headers that are given back as they came: content-type, x-amz-meta-… */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Checksum | null;
};

export type UploadRecord = {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | null;
  readonly startedAtMs: number;
};

export type PartRecord = {
  readonly number: number;
  readonly draft: string;
  readonly sizeBytes: number;
  readonly eTag: string;
  readonly modifiedAtMs: number;
  readonly checksum: Checksum | null;
};

/** The catalogue of all buckets. Every call is done when it returns; `synced` tells when it is on disk. */
export type ObjectIndex = {
  get(bucket: string, key: string): ObjectRecord | undefined;
  /** The first `limit` objects whose keys, as UTF-8, are from `from` (or right behind it) to before `to`, in order. */
  range(bucket: string, bounds: KeyBounds, limit: number): readonly ObjectRecord[];
  byDraft(draft: string): { readonly bucket: string; readonly record: ObjectRecord } | undefined;
  put(bucket: string, record: ObjectRecord): void;
  /** Forgets an object and remembers that its file must go, until `dropLeftovers`. */
  remove(bucket: string, record: ObjectRecord): void;
  leftovers(): readonly Leftover[];
  dropLeftovers(): void;
  uploads(): readonly UploadRecord[];
  upload(id: string): UploadRecord | undefined;
  addUpload(upload: UploadRecord): void;
  removeUpload(id: string): void;
  parts(uploadId: string): readonly PartRecord[];
  putPart(uploadId: string, part: PartRecord): void;
  synced(): Promise<void>;
  close(): void;
};

export type Leftover = { readonly bucket: string; readonly key: string; readonly isParked: boolean };

export type KeyBounds = {
  readonly from: Buffer;
  readonly isFromExcluded: boolean;
  /** Null where keys have no end. */
  readonly to: Buffer | null;
};

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key BLOB, draft TEXT, record TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS objects_by_draft ON objects (draft);
  CREATE TABLE IF NOT EXISTS leftovers (record TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parts (upload TEXT, number INTEGER, record TEXT, PRIMARY KEY (upload, number)) WITHOUT ROWID;
`;

const sync = promisify(fdatasync);

/**
 * SQLite compares BLOBs byte by byte, which is the order S3 lists keys in. A commit goes to the write-ahead log without
 * waiting for the disk, so that the laptop's only thread never does; `synced` then syncs that log on another thread, once
 * for all who wait at the same time. With `isDurable` false it does not: for data that ends with the process.
 */
export function openObjectIndex(path: string, isDurable: boolean): ObjectIndex {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${isDurable ? 'NORMAL' : 'OFF'}; PRAGMA cache_size = -4000; ${SCHEMA}`);
  const log = isDurable ? openSync(`${path}-wal`, 'r+') : null;
  const sql = (text: string) => database.prepare(text);
  const statements = {
    get: sql('SELECT record FROM objects WHERE bucket = ? AND key = ?'),
    from: sql('SELECT record FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?'),
    behind: sql('SELECT record FROM objects WHERE bucket = ? AND key > ? AND key < ? ORDER BY key LIMIT ?'),
    byDraft: sql('SELECT bucket, record FROM objects WHERE draft = ?'),
    put: sql('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)'),
    remove: sql('DELETE FROM objects WHERE bucket = ? AND key = ?'),
    leave: sql('INSERT OR REPLACE INTO leftovers VALUES (?)'),
    leftovers: sql('SELECT record FROM leftovers'),
    dropLeftovers: sql('DELETE FROM leftovers'),
    uploads: sql('SELECT record FROM uploads'),
    upload: sql('SELECT record FROM uploads WHERE id = ?'),
    addUpload: sql('INSERT INTO uploads VALUES (?, ?)'),
    removeUpload: sql('DELETE FROM uploads WHERE id = ?'),
    parts: sql('SELECT record FROM parts WHERE upload = ? ORDER BY number'),
    putPart: sql('INSERT OR REPLACE INTO parts VALUES (?, ?, ?)'),
    removeParts: sql('DELETE FROM parts WHERE upload = ?'),
  };

  function together(work: () => void): void {
    database.exec('BEGIN');
    work();
    database.exec('COMMIT');
  }

  let syncing: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  return {
    get: (bucket, key) => orUndefined(statements.get.get(bucket, bytesOf(key)), objectIn),
    range(bucket, { from, isFromExcluded, to }, limit) {
      const statement = isFromExcluded ? statements.behind : statements.from;
      return statement.all(bucket, from, to ?? BEHIND_ALL_KEYS, limit).map(objectIn);
    },
    byDraft(draft) {
      const row = statements.byDraft.get(draft);
      return row === undefined ? undefined : { bucket: String(row['bucket']), record: objectIn(row) };
    },
    put: (bucket, record) => void statements.put.run(bucket, bytesOf(record.key), record.draft, JSON.stringify(record)),
    remove(bucket, { key, isParked }) {
      together(() => {
        statements.remove.run(bucket, bytesOf(key));
        statements.leave.run(JSON.stringify({ bucket, key, isParked } satisfies Leftover));
      });
    },
    leftovers: () => statements.leftovers.all().map(leftoverIn),
    dropLeftovers: () => void statements.dropLeftovers.run(),
    uploads: () => statements.uploads.all().map(uploadIn),
    upload: (id) => orUndefined(statements.upload.get(id), uploadIn),
    addUpload: (upload) => void statements.addUpload.run(upload.id, JSON.stringify(upload)),
    removeUpload(id) {
      together(() => {
        statements.removeUpload.run(id);
        statements.removeParts.run(id);
      });
    },
    parts: (uploadId) => statements.parts.all(uploadId).map(partIn),
    putPart: (uploadId, part) => void statements.putPart.run(uploadId, part.number, JSON.stringify(part)),
    synced() {
      if (log === null) return Promise.resolve();
      // A sync that is under way may have begun before this commit: what waits now takes the one behind it, together.
      next ??= syncing
        .catch(() => undefined)
        .then(() => {
          if (next !== null) syncing = next;
          next = null;
          return sync(log);
        });
      return next;
    },
    close() {
      if (log !== null) closeSync(log);
      database.close();
    },
  };
}

/** UTF-8 has no byte like this. */
const BEHIND_ALL_KEYS = Buffer.from([0xff]);

const bytesOf = (key: string): Buffer => Buffer.from(key, 'utf8');

type Row = Readonly<Record<string, unknown>>;

const objectIn = (row: Row): ObjectRecord => JSON.parse(String(row['record'])) as ObjectRecord;
const uploadIn = (row: Row): UploadRecord => JSON.parse(String(row['record'])) as UploadRecord;
const partIn = (row: Row): PartRecord => JSON.parse(String(row['record'])) as PartRecord;
const leftoverIn = (row: Row): Leftover => JSON.parse(String(row['record'])) as Leftover;

const orUndefined = <Stored>(row: Row | undefined, read: (row: Row) => Stored): Stored | undefined =>
  row === undefined ? undefined : read(row);
