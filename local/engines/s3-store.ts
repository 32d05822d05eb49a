import { closeSync, createReadStream, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Checksum } from './s3-checksum.ts';
import { type Draft, type Drafts, draftsIn, dropStrays } from './s3-drafts.ts';
import { s3Error } from './s3-error.ts';
import { type ObjectIndex, type ObjectRecord, openObjectIndex } from './s3-index.ts';
import { type Places, placesIn } from './s3-places.ts';

/** What an object shall be, beside its bytes. */
export type ObjectFacts = Pick<ObjectRecord, 'headers' | 'eTag'> & { readonly checksum: Checksum | null };

/** Throws what S3 answers when the object that is there (or is not) is not the one that was expected. */
export type Precondition = (current: ObjectRecord | undefined) => void;

/** An object and a hold on its bytes: they stay what they are, whatever becomes of the key. */
export type OpenObject = {
  readonly record: ObjectRecord;
  /** From `start` to `end`, both included; everything without. Reads to the end or until destroyed, then lets go. */
  read(range?: { readonly start: number; readonly end: number }): AsyncIterable<Buffer>;
  close(): void;
};

/** The objects of all buckets. */
export type ObjectStore = {
  readonly index: ObjectIndex;
  readonly drafts: Drafts;
  get(bucket: string, key: string): ObjectRecord | undefined;
  open(bucket: string, key: string): OpenObject | undefined;
  /** Makes a draft the object. At once: nothing comes between the precondition and the change. */
  put(bucket: string, key: string, draft: Draft, facts: ObjectFacts, precondition: Precondition): ObjectRecord;
  /** Answers whether there was one. */
  remove(bucket: string, key: string, precondition: Precondition): boolean;
  /** Resolves when everything until now is on disk. */
  synced(): Promise<void>;
  close(): void;
};

export type ObjectStoreOptions = {
  readonly root: string;
  /** False where data ends with the process: nothing waits for the disk then. */
  readonly isDurable: boolean;
  readonly nowMs: () => number;
};

const DRAFTS = '.drafts';
const INDEX = '.index.db';

/**
 * Opens the buckets below `root`. An object's bytes are written and synced as a draft, then the index says that the draft
 * is the object, and only then it is moved to its place: at every moment a process can die, what was said to be there is
 * there, whole, and what was not is not.
 */
export function openObjectStore({ root, isDurable, nowMs }: ObjectStoreOptions): ObjectStore {
  const drafts = draftsIn(join(root, DRAFTS), isDurable);
  const index = openObjectIndex(join(root, INDEX), isDurable);
  const places = placesIn(root);
  recover(index, drafts, places);

  return {
    index,
    drafts,
    get: (bucket, key) => index.get(bucket, key),
    open(bucket, key) {
      const record = index.get(bucket, key);
      if (record === undefined) return undefined;
      return openObject(record, places.pathOf(bucket, key, record.isParked));
    },
    put(bucket, key, draft, facts, precondition) {
      const current = index.get(bucket, key);
      precondition(current);
      const isParked = current?.isParked ?? places.mustPark(bucket, key);
      const path = places.pathOf(bucket, key, isParked);
      const { name, sizeBytes } = draft;
      const record = { key, isParked, draft: name, sizeBytes, modifiedAtMs: nowMs(), ...facts };
      index.put(bucket, record);
      moveDraft(drafts, name, path);
      return record;
    },
    remove(bucket, key, precondition) {
      const current = index.get(bucket, key);
      precondition(current);
      if (current === undefined) return false;
      index.remove(bucket, current);
      removeFile(places.pathOf(bucket, key, current.isParked), places);
      return true;
    },
    synced: () => index.synced(),
    close: () => index.close(),
  };
}

function openObject(record: ObjectRecord, path: string): OpenObject {
  const file = openSync(path, 'r');
  return {
    record,
    read: (range) => createReadStream('', { fd: file, autoClose: true, ...range }),
    close: () => closeSync(file),
  };
}

/** Finishes what a dead process had promised, and takes away what it had not. */
function recover(index: ObjectIndex, drafts: Drafts, places: Places): void {
  for (const name of drafts.names()) {
    const promised = index.byDraft(name);
    if (promised === undefined) continue;
    const { bucket, record } = promised;
    moveDraft(drafts, name, places.pathOf(bucket, record.key, record.isParked));
  }
  const parts = new Set(index.uploads().flatMap(({ id }) => index.parts(id).map(({ draft }) => draft)));
  dropStrays(drafts, (name) => parts.has(name));
  for (const { bucket, key, isParked } of index.leftovers()) {
    if (index.get(bucket, key)?.isParked !== isParked) removeFile(places.pathOf(bucket, key, isParked), places);
  }
  index.dropLeftovers();
}

function moveDraft(drafts: Drafts, name: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  drafts.move(name, path);
}

function removeFile(path: string, places: Places): void {
  rmSync(path, { force: true });
  places.tidyAbove(path);
}

/** The precondition of who does not care. */
export const ANY_OBJECT: Precondition = () => undefined;

export function found<Value>(value: Value | undefined, key: string): Value {
  if (value === undefined) throw s3Error('NoSuchKey', undefined, { Key: key });
  return value;
}
