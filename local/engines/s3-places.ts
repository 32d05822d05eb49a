import { createHash } from 'node:crypto';
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Where an object's bytes lie. A *plain* key is its own path below the bucket's folder, so that DuckDB can glob
 * `dt=…/hr=…`. Every other key is *parked*: beside the buckets, under a name made of its hash, so that nothing anybody
 * calls an object can name a file of ours or leave the folder.
 */
export type Places = {
  /** Path of a key's bytes. */
  pathOf(bucket: string, key: string, isParked: boolean): string;
  /** Whether a key that has no bytes yet must be parked; makes the folders it needs. */
  mustPark(bucket: string, key: string): boolean;
  /** Takes away the folders that are empty above a file that is gone, up to the bucket's own. */
  tidyAbove(path: string): void;
};

/** No dot in front, nothing a shell, a glob or a file system reads as more than a letter. */
const PLAIN_SEGMENT = /^[A-Za-z0-9_=+@,()-][A-Za-z0-9_=+@,().-]{0,199}$/;
const PARKED = '.parked';

export function placesIn(root: string): Places {
  const parkedPath = (bucket: string, key: string): string =>
    join(root, PARKED, bucket, createHash('sha256').update(key).digest('hex'));
  const plainPath = (bucket: string, key: string): string => join(root, bucket, ...key.split('/'));

  return {
    pathOf: (bucket, key, isParked) => (isParked ? parkedPath(bucket, key) : plainPath(bucket, key)),
    mustPark(bucket, key) {
      if (isPlain(key) && isFree(plainPath(bucket, key))) return false;
      mkdirSync(join(root, PARKED, bucket), { recursive: true });
      return true;
    },
    tidyAbove(path) {
      for (let folder = dirname(path); relative(root, folder).includes(sep); folder = dirname(folder)) {
        try {
          rmdirSync(folder);
        } catch {
          return;
        }
      }
    },
  };
}

const isPlain = (key: string): boolean => key.split('/').every((segment) => PLAIN_SEGMENT.test(segment));

/**
 * A folder may stand where the file should (`a/b` is there, `a` comes), a file where a folder should, and on a disk that
 * does not tell `A` from `a` another object's bytes.
 */
function isFree(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENAMETOOLONG') return false;
    throw error;
  }
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}
