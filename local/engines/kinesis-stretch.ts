import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { emptySegment, parseSegment, type Segment } from './kinesis-segment.ts';

/** A segment and its file; the segment is dropped from memory when it is neither young nor just read. */
export type Stretch = {
  readonly firstIndex: number;
  readonly path: string | null;
  firstArrivedMs: number;
  lastArrivedMs: number;
  segment: Segment | null;
  file: FileHandle | null;
  /** Bytes and records that are in the file. */
  writtenBytes: number;
  readable: number;
};

export const newStretch = (folder: string | null, firstIndex: number, nowMs: number): Stretch => ({
  firstIndex,
  path: folder === null ? null : join(folder, `${firstIndex}.log`),
  firstArrivedMs: nowMs,
  lastArrivedMs: nowMs,
  segment: emptySegment(firstIndex),
  file: null,
  writtenBytes: 0,
  readable: 0,
});

/** Reads the segment from its file, as far as it is whole. */
export function loadSegment(stretch: Stretch): void {
  const segment = parseSegment(stretch.firstIndex, readFileSync(stretch.path as string));
  stretch.segment = segment;
  stretch.writtenBytes = segment.length;
  stretch.readable = segment.starts.length;
}

/** The segments of an earlier run. Only the last can be torn, by the kill that ended the run; it is cut to whole records. */
export function findStretches(folder: string): Stretch[] {
  mkdirSync(folder, { recursive: true });
  const firstIndexes = readdirSync(folder)
    .filter((name) => /^\d+\.log$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
  const stretches = firstIndexes.map((firstIndex): Stretch => {
    const path = join(folder, `${firstIndex}.log`);
    const { mtimeMs } = statSync(path);
    return {
      firstIndex,
      path,
      firstArrivedMs: 0,
      lastArrivedMs: mtimeMs,
      segment: null,
      file: null,
      writtenBytes: 0,
      readable: 0,
    };
  });
  for (let last = stretches.at(-1); last !== undefined; last = stretches.at(-1)) {
    loadSegment(last);
    truncateSync(last.path as string, last.writtenBytes);
    if (last.readable > 0) break;
    rmSync(last.path as string);
    stretches.pop();
  }
  return stretches;
}

/** Index of the last readable record, -1 where there is none. */
export const lastIndexOf = (stretches: readonly Stretch[]): number => {
  const last = stretches.at(-1);
  return last === undefined ? -1 : last.firstIndex + last.readable - 1;
};

export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
