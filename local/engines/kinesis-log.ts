import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { appendRecord, arrivedAtMs, firstSince, recordAt, type Segment, type StoredRecord } from './kinesis-segment.ts';
import { findStretches, lastIndexOf, loadSegment, newStretch, type Stretch, writeAll } from './kinesis-stretch.ts';

/**
 * One shard, durable: a record is in its file (written, not yet synced) before it is acknowledged, so `kill -9` loses
 * nothing; a power cut may cost the last second. Files are segments named by the index of their first record.
 */
export type ShardLog = {
  /** Takes a record and answers its index; it may be acknowledged and is readable once `written()` resolves. */
  append(partitionKey: string, dataBase64: string): number;
  /** Resolves when everything appended so far is in the file; callers waiting together share one write. */
  written(): Promise<void>;
  /** Readable records behind an index, oldest first; of one segment at a time, so there may be more than it answers. */
  read(afterIndex: number, limit: number): readonly IndexedRecord[];
  /** The index before the first readable record that arrived at or after a time. */
  indexBefore(sinceMs: number): number;
  /** The newest readable record's index, -1 where there is none. */
  lastIndex(): number;
  /** Resolves when a record behind this index is readable, or the signal aborts. */
  waitForRecords(afterIndex: number, signal: AbortSignal): Promise<void>;
  /** Forgets segments whose last record is out of retention. */
  trim(): void;
  close(): Promise<void>;
};

export type IndexedRecord = StoredRecord & { readonly index: number };

const SEGMENTS_IN_MEMORY = 8;
const SEGMENT_MAX_AGE_MS = 3_600_000;
const SYNC_DELAY_MS = 1_000;
/** Indexes start at the clock, so those of a new or restarted stream lie above all that consumers remember. */
const INDEXES_PER_MS = 1_000;

export function openShardLog(options: { folder: string | null; retentionMs: number; now: () => number }): ShardLog {
  const { folder, retentionMs, now } = options;
  const stretches = folder === null ? [] : findStretches(folder);
  let nextIndex = Math.max(now() * INDEXES_PER_MS, lastIndexOf(stretches) + 1);
  let lastReadable = lastIndexOf(stretches);
  let lastArrivedMs = 0;
  let active = beginStretch();
  let waiting: PromiseWithResolvers<void> | null = null;
  let isWriting = false;
  let syncTimer: NodeJS.Timeout | null = null;
  const unwritten = new Set<Stretch>();
  const readers = new Set<() => void>();

  function beginStretch(): Stretch {
    const stretch = newStretch(folder, nextIndex, now());
    stretches.push(stretch);
    return stretch;
  }

  function append(partitionKey: string, dataBase64: string): number {
    lastArrivedMs = Math.max(lastArrivedMs, now());
    const isOld = active.readable > 0 && lastArrivedMs - active.firstArrivedMs > SEGMENT_MAX_AGE_MS;
    if (isOld || !appendRecord(segmentOf(active), lastArrivedMs, partitionKey, dataBase64)) {
      active = beginStretch();
      appendRecord(segmentOf(active), lastArrivedMs, partitionKey, dataBase64);
    }
    if (segmentOf(active).starts.length === 1) active.firstArrivedMs = lastArrivedMs;
    active.lastArrivedMs = lastArrivedMs;
    unwritten.add(active);
    return nextIndex++;
  }

  async function writeWaiting(): Promise<void> {
    isWriting = true;
    while (waiting !== null) {
      const round: PromiseWithResolvers<void> = waiting;
      waiting = null;
      try {
        await writeAppended();
        round.resolve();
      } catch (error) {
        round.reject(error);
        dropUnwritten(error);
      }
    }
    isWriting = false;
  }

  async function writeAppended(): Promise<void> {
    const batch = [...unwritten];
    unwritten.clear();
    for (const stretch of batch) {
      const { bytes, length, starts } = segmentOf(stretch);
      const records = starts.length;
      if (stretch.path !== null) {
        stretch.file ??= await open(stretch.path, 'wx');
        await writeAll(stretch.file, bytes.subarray(stretch.writtenBytes, length), stretch.writtenBytes);
        scheduleSync();
      }
      stretch.writtenBytes = length;
      stretch.readable = records;
      lastReadable = stretch.firstIndex + records - 1;
    }
    for (const wake of readers) wake();
  }

  /** A failed write (disk full) takes back what nobody was told of, so that the file and memory agree again. */
  function dropUnwritten(error: unknown): void {
    waiting?.reject(error);
    waiting = null;
    unwritten.clear();
    for (const { segment, writtenBytes, readable } of stretches) {
      if (segment === null) continue;
      segment.length = writtenBytes;
      segment.starts.length = readable;
    }
    active = beginStretch();
  }

  function scheduleSync(): void {
    if (syncTimer !== null) return;
    syncTimer = setTimeout(() => {
      syncTimer = null;
      // A failing disk shows itself at the next write, which is answered to its caller.
      void syncFiles().catch(() => undefined);
    }, SYNC_DELAY_MS);
    syncTimer.unref();
  }

  /** Syncs every open file, closes those that are full and forgets the content of all but the youngest. */
  async function syncFiles(): Promise<void> {
    for (const stretch of stretches.filter(({ file }) => file !== null)) {
      if (stretch.file === null) continue;
      await stretch.file.datasync();
      if (stretch === active || stretch.segment?.length !== stretch.writtenBytes) continue;
      await stretch.file.close();
      stretch.file = null;
    }
    forgetOldSegments();
  }

  function forgetOldSegments(): void {
    for (const stretch of stretches.slice(0, -SEGMENTS_IN_MEMORY)) {
      const isWholeOnDisk = stretch.path !== null && stretch.file === null && !unwritten.has(stretch);
      if (isWholeOnDisk && stretch.segment?.length === stretch.writtenBytes) stretch.segment = null;
    }
  }

  function segmentOf(stretch: Stretch): Segment {
    if (stretch.segment === null) {
      forgetOldSegments();
      loadSegment(stretch);
    }
    return stretch.segment as Segment;
  }

  function read(afterIndex: number, limit: number): readonly IndexedRecord[] {
    if (afterIndex >= lastReadable) return [];
    const oldestMs = now() - retentionMs;
    const from = Math.max(
      0,
      stretches.findLastIndex(({ firstIndex }) => firstIndex <= afterIndex + 1),
    );
    for (const stretch of stretches.slice(from)) {
      if (stretch.lastArrivedMs < oldestMs) continue;
      const segment = segmentOf(stretch);
      let first = Math.max(0, afterIndex + 1 - stretch.firstIndex);
      if (first < stretch.readable && arrivedAtMs(segment, first) < oldestMs) first = firstSince(segment, oldestMs);
      const length = Math.min(stretch.readable - first, limit);
      if (length <= 0) continue;
      return Array.from({ length }, (_, n) => ({
        index: stretch.firstIndex + first + n,
        ...recordAt(segment, first + n),
      }));
    }
    return [];
  }

  function indexBefore(sinceMs: number): number {
    const stretch = stretches.find((candidate) => candidate.lastArrivedMs >= sinceMs);
    if (stretch === undefined) return lastReadable;
    const ordinal = Math.min(firstSince(segmentOf(stretch), sinceMs), stretch.readable);
    return stretch.firstIndex + ordinal - 1;
  }

  function waitForRecords(afterIndex: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || read(afterIndex, 1).length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        readers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      readers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  function trim(): void {
    const oldestMs = now() - retentionMs;
    while (stretches[0] !== undefined && stretches[0] !== active && stretches[0].lastArrivedMs < oldestMs) {
      const stretch = stretches[0];
      if (stretch.file !== null) return;
      if (stretch.path !== null) rmSync(stretch.path, { force: true });
      stretches.shift();
    }
  }

  function written(): Promise<void> {
    waiting ??= Promise.withResolvers();
    const { promise } = waiting;
    if (!isWriting) void writeWaiting();
    return promise;
  }

  trim();
  return {
    append,
    written,
    read,
    indexBefore,
    lastIndex: () => lastReadable,
    waitForRecords,
    trim,
    close: async () => {
      await written();
      if (syncTimer !== null) clearTimeout(syncTimer);
      for (const { file } of stretches) {
        await file?.datasync();
        await file?.close();
      }
    },
  };
}
