import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openShardLog, type ShardLog } from '../../../local/engines/kinesis-log.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 21);
const EVERYTHING = { after: -1, limit: 10_000 };

let clockMs = START_MS;
const open = (folder: string | null): ShardLog =>
  openShardLog({ folder, retentionMs: 24 * HOUR_MS, now: () => clockMs });

beforeEach(() => {
  clockMs = START_MS;
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function put(log: ShardLog, ...texts: string[]): Promise<number[]> {
  const indexes = texts.map((text) => log.append(`key of ${text.slice(0, 20)}`, base64(text)));
  await log.written();
  return indexes;
}

/** All that a consumer gets that reads on and on. */
function readAll(log: ShardLog, { after, limit } = EVERYTHING): string[] {
  const texts: string[] = [];
  for (let page = log.read(after, limit); page.length > 0; page = log.read(after, limit)) {
    texts.push(...page.map(({ data }) => data.toString()));
    after = page.at(-1)?.index ?? after;
  }
  return texts;
}

const segmentsIn = (folder: string): string[] => readdirSync(folder).sort();
const pathOfLast = (folder: string): string => join(folder, segmentsIn(folder).at(-1) as string);

describe.each([
  ['in memory', () => null],
  ['on disk', newFolder],
])('a shard %s', (_, folderOf) => {
  it('gives records back in order, with what they carried', async () => {
    const log = open(folderOf());
    const indexes = await put(log, 'one', 'two', '', 'ключ');
    expect(log.read(-1, 10).map(({ index }) => index)).toEqual(indexes);
    expect(log.read(-1, 1)[0]).toMatchObject({ partitionKey: 'key of one', arrivedAtMs: START_MS });
    expect(readAll(log)).toEqual(['one', 'two', '', 'ключ']);
    expect(readAll(log, { after: indexes[1] as number, limit: 1 })).toEqual(['', 'ключ']);
    await log.close();
  });

  it('goes on over many segments, and a slow reader misses nothing', async () => {
    const log = open(folderOf());
    const texts = Array.from({ length: 60 }, (_, n) => `${n}`.padEnd(700_000, '.'));
    for (const text of texts) await put(log, text);
    expect(readAll(log, { after: -1, limit: 3 })).toEqual(texts);
    await log.close();
  });

  it('shows a record only once it is written', async () => {
    const log = open(folderOf());
    log.append('key', base64('early'));
    expect(log.read(-1, 10)).toEqual([]);
    await log.written();
    expect(readAll(log)).toEqual(['early']);
    await log.close();
  });

  it('wakes who waits for records, and who stops waiting', async () => {
    const log = open(folderOf());
    const stop = new AbortController();
    const woken = log.waitForRecords(-1, stop.signal);
    const [index] = await put(log, 'news');
    await woken;
    const waiting = log.waitForRecords(index as number, stop.signal);
    stop.abort();
    await waiting;
    await log.close();
  });

  it('forgets what is out of retention, and then has nothing to wake a reader for', async () => {
    const log = open(folderOf());
    await put(log, 'old');
    clockMs += 20 * HOUR_MS;
    await put(log, 'young');
    clockMs += 5 * HOUR_MS;
    expect(readAll(log)).toEqual(['young']);
    clockMs += 24 * HOUR_MS;
    expect(readAll(log)).toEqual([]);
    const waited = log.waitForRecords(-1, AbortSignal.timeout(20)).then(() => clockMs);
    await put(log, 'new');
    expect(await waited).toBe(clockMs);
    expect(readAll(log)).toEqual(['new']);
    await log.close();
  });

  it('finds the place of a time', async () => {
    const log = open(folderOf());
    const [first] = await put(log, 'at 0 h');
    clockMs += 2 * HOUR_MS;
    await put(log, 'at 2 h');
    expect(log.indexBefore(START_MS)).toBe((first as number) - 1);
    expect(readAll(log, { after: log.indexBefore(START_MS + 1), limit: 10 })).toEqual(['at 2 h']);
    expect(log.indexBefore(clockMs + 1)).toBe(log.lastIndex());
    await log.close();
  });
});

describe('a shard on disk that is opened again', () => {
  it('has all its records, and new ones get higher numbers even when the clock went back', async () => {
    const folder = newFolder();
    const before = open(folder);
    const [, last] = await put(before, 'one', 'two');
    await before.close();
    clockMs -= HOUR_MS;
    const after = open(folder);
    const [next] = await put(after, 'three');
    expect(readAll(after)).toEqual(['one', 'two', 'three']);
    expect(next).toBeGreaterThan(last as number);
    await after.close();
  });

  it('reads segments that are no longer in memory from their files, also for readers at different places', async () => {
    const folder = newFolder();
    const before = open(folder);
    const texts = Array.from({ length: 80 }, (_, n) => `${n}`.padEnd(700_000, '.'));
    for (const text of texts) await put(before, text);
    await before.close();
    expect(segmentsIn(folder).length).toBeGreaterThan(12);
    const after = open(folder);
    const [slow, fast] = [readAll(after, { after: -1, limit: 3 }), readAll(after)];
    expect(slow).toEqual(texts);
    expect(fast).toEqual(texts);
    await after.close();
  });

  it('does not forget what waits to be written while it reads old segments', async () => {
    const folder = newFolder();
    const big = (n: number) => `${n}`.padEnd(700_000, '.');
    const before = open(folder);
    const old = Array.from({ length: 10 }, (_, n) => big(n));
    await put(before, ...old);
    await before.close();
    const after = open(folder);
    const texts = Array.from({ length: 80 }, (_, n) => big(n + 10));
    const written = put(after, ...texts);
    expect(after.read(-1, 1)[0]?.data.toString()).toBe(big(0));
    await written;
    expect(readAll(after)).toEqual([...old, ...texts]);
    await after.close();
  });

  it('numbers new records by the clock, above all that a consumer can remember of a lost tail', async () => {
    const folder = newFolder();
    const before = open(folder);
    await put(before, 'one', 'lost with the power');
    const lost = before.lastIndex();
    await before.close();
    truncateSync(pathOfLast(folder), 40);
    clockMs += 1_000;
    const after = open(folder);
    const [next] = await put(after, 'after the power cut');
    expect(next).toBeGreaterThan(lost);
    await after.close();
  });

  it('has nothing to wait for until something new comes', async () => {
    const folder = newFolder();
    const before = open(folder);
    await put(before, 'one');
    const last = before.lastIndex();
    await before.close();
    const after = open(folder);
    let woken = false;
    const waiting = after.waitForRecords(last, new AbortController().signal).then(() => (woken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    await put(after, 'two');
    await waiting;
    await after.close();
  });

  it.each([
    ['half a frame', (path: string) => truncateSync(path, statSync(path).size - 3), ['one', 'two']],
    [
      'a record with one wrong byte',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
        writeFileSync(path, bytes);
      },
      ['one', 'two'],
    ],
    [
      'a frame header only',
      (path: string) => appendFileSync(path, Buffer.from([40, 0, 0, 0, 1])),
      ['one', 'two', 'six'],
    ],
    [
      'a frame whose bytes are wrong',
      (path: string) => appendFileSync(path, Buffer.alloc(64, 1)),
      ['one', 'two', 'six'],
    ],
    ['zeros, as after a power cut', (path: string) => appendFileSync(path, Buffer.alloc(512)), ['one', 'two', 'six']],
    ['nothing at all', (path: string) => writeFileSync(path, ''), []],
  ])('cuts a tail of %s and goes on', async (_, tear, kept) => {
    const folder = newFolder();
    const before = open(folder);
    await put(before, 'one', 'two', 'six');
    await before.close();
    const torn = pathOfLast(folder);
    const wholeBytes = statSync(torn).size;
    tear(torn);
    const after = open(folder);
    if (kept.length > 0) expect(statSync(torn).size).toBe(Math.round((wholeBytes * kept.length) / 3));
    await put(after, 'next');
    expect(readAll(after)).toEqual([...kept, 'next']);
    await after.close();
    const again = open(folder);
    expect(readAll(again)).toEqual([...kept, 'next']);
    await again.close();
  });

  it('forgets segments in which nothing is whole, and finds the last record before them', async () => {
    const folder = newFolder();
    const before = open(folder);
    await put(before, 'one', 'two');
    const last = before.lastIndex();
    await before.close();
    for (const n of [5, 6]) writeFileSync(join(folder, `${last + n}.log`), 'torn');
    const after = open(folder);
    expect(after.lastIndex()).toBe(last);
    await put(after, 'three');
    expect(readAll(after)).toEqual(['one', 'two', 'three']);
    expect(segmentsIn(folder)).toHaveLength(2);
    await after.close();
  });

  it('removes files that are wholly out of retention', async () => {
    const folder = newFolder();
    const log = open(folder);
    await put(log, 'old');
    await log.close();
    // The time of files is the real one.
    clockMs = Date.now() + 25 * HOUR_MS;
    const later = open(folder);
    expect(segmentsIn(folder)).toEqual([]);
    await later.close();
  });
});

describe('a disk that refuses to be written', () => {
  it('fails the callers, keeps what was acknowledged readable, and works again afterwards', async () => {
    const folder = newFolder();
    const log = open(folder);
    await put(log, 'acknowledged');
    clockMs += 2 * HOUR_MS;
    // The next segment's file cannot be made: a folder has its name.
    const blocked = log.lastIndex() + 1;
    writeFileSync(join(folder, `${blocked}.log`), 'in the way');
    await expect(put(log, 'refused')).rejects.toThrow('EEXIST');
    expect(readAll(log)).toEqual(['acknowledged']);
    await put(log, 'works again');
    expect(readAll(log)).toEqual(['acknowledged', 'works again']);
    await log.close();
  });
});
