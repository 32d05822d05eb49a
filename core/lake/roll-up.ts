import { CLICKS_PREFIX } from './clicks-table.ts';
import type { LakeQueries, LakeRow } from './lake-queries.ts';
import { rolledUpHours } from './rolled-up-hours.ts';
import { hourAnswered, rowsAsked } from './rows-asked.ts';
import type { ArrivalHour } from './touched-hours.ts';
import { touchedHours } from './touched-hours.ts';

/** A row of `roll-ups-table.ts`. */
export type RollUpRow = Readonly<Record<string, string | boolean | bigint | Date>>;

/** How far roll-ups are. */
export type RollUpMark = {
  /** All files of clicks that were written until then are rolled up; 0 before the first time. */
  readonly throughMs: number;
  /** A look through the lake that is not at its end: when it began, and the key up to which it has come. */
  readonly begun: { readonly atMs: number; readonly lastKey: string } | null;
};

export type RollUpFiles = {
  /** The keys of files of clicks behind this one that were written after an instant, in their order. */
  clicksWrittenAfter(ms: number, lastKey: string): AsyncIterable<string>;
  /** The version of the file of each hour of a UTC day that has one, by the hour (`2026-11-21T14`). */
  versions(day: string): Promise<ReadonlyMap<string, string>>;
  /** Writes the file of an hour in place of this version, or of none. False where another is there by now. */
  write(hour: string, rows: readonly RollUpRow[], version: string | null): Promise<boolean>;
  mark(): Promise<RollUpMark>;
  setMark(mark: RollUpMark): Promise<void>;
};

export type RollUpDeps = {
  readonly lake: LakeQueries;
  readonly files: RollUpFiles;
  readonly nowMs: () => number;
};

/** How many files of clicks were looked at, which hours were written, and whether all are rolled up by now. */
export type RolledUp = { readonly files: number; readonly hours: readonly string[]; readonly isDone: boolean };

/** S3 dates a file by when its upload began, and clocks differ: what was written shortly before is looked at again. */
const OVERLAP_MS = 15 * 60_000;
const ARRIVAL_HOURS_AT_ONCE = 24;
/** A month of arrival in a run: what a lake that was never rolled up costs in an hour is bounded. */
const BATCHES_OF_A_RUN = 31;
const HOURS_AT_ONCE = 6;

/**
 * Adds up the hours that files of clicks which were written since the last time have clicks of. Each such hour is made anew from
 * all its clicks, and its one file is replaced, so late and double clicks, a crash and a second run change nothing in what
 * comes out. Looks through the lake hour of arrival by hour of arrival, and goes on where it stopped: when time was up, or it had
 * done as much as one run may. Throws where the lake does not answer, or somebody else rolls up.
 */
export async function rollUp(deps: RollUpDeps, isTimeUp: () => boolean): Promise<RolledUp> {
  const { throughMs, begun } = await deps.files.mark();
  const { atMs, lastKey } = begun ?? { atMs: deps.nowMs(), lastKey: '' };
  const keys = deps.files.clicksWrittenAfter(throughMs - OVERLAP_MS, lastKey);
  const hours = new Set<string>();
  let [files, batches] = [0, 0];
  for await (const batch of batchesOf(keys)) {
    if (isTimeUp() || batches === BATCHES_OF_A_RUN) return { files, hours: [...hours], isDone: false };
    for (const hour of await rollUpBatch(deps, batch.arrivals)) hours.add(hour);
    await deps.files.setMark({ throughMs, begun: { atMs, lastKey: batch.lastKey } });
    files += batch.files;
    batches += 1;
  }
  await deps.files.setMark({ throughMs: atMs, begun: null });
  return { files, hours: [...hours], isDone: true };
}

type Batch = { readonly arrivals: readonly ArrivalHour[]; readonly files: number; readonly lastKey: string };

/** As few hours of arrival at once as a query may look through. Keys are in the order of these hours. */
async function* batchesOf(keys: AsyncIterable<string>): AsyncGenerator<Batch> {
  let arrivals = new Map<string, ArrivalHour>();
  let [files, lastKey] = [0, ''];
  for await (const key of keys) {
    const arrival = arrivalOf(key);
    if (arrival === null) continue;
    const name = `${arrival.day} ${arrival.hour}`;
    if (!arrivals.has(name) && arrivals.size === ARRIVAL_HOURS_AT_ONCE) {
      yield { arrivals: [...arrivals.values()], files, lastKey };
      arrivals = new Map();
      files = 0;
    }
    arrivals.set(name, arrival);
    files += 1;
    lastKey = key;
  }
  if (files > 0) yield { arrivals: [...arrivals.values()], files, lastKey };
}

const ARRIVAL_KEY = new RegExp(`^${CLICKS_PREFIX}dt=(\\d{4}-\\d\\d-\\d\\d)/hr=(\\d\\d)/`);

/** Null for what is no file of clicks. */
function arrivalOf(key: string): ArrivalHour | null {
  const [, day, hour] = ARRIVAL_KEY.exec(key) ?? [];
  return day === undefined ? null : { day, hour: Number(hour) };
}

async function rollUpBatch(deps: RollUpDeps, arrivals: readonly ArrivalHour[]): Promise<readonly string[]> {
  const touched = (await rowsAsked(deps.lake, touchedHours(arrivals))).map(hourAnswered).sort();
  for (const [day, hours] of Map.groupBy(touched, (hour) => hour.slice(0, 10))) {
    for (let index = 0; index < hours.length; index += HOURS_AT_ONCE)
      await rollUpHours(deps, day, hours.slice(index, index + HOURS_AT_ONCE));
  }
  return touched;
}

/** Versions are read before the clicks are: whoever replaces a file that is newer than its own look at the clicks is stopped. */
async function rollUpHours({ lake, files }: RollUpDeps, day: string, hours: readonly string[]): Promise<void> {
  const versions = await files.versions(day);
  const answered = await rowsAsked(lake, rolledUpHours(hours.map((hour) => Date.parse(`${hour}:00Z`))));
  for (const [hour, rows] of Map.groupBy(answered, hourAnswered)) {
    const isWritten = await files.write(hour, rows.map(rowOf), versions.get(hour) ?? null);
    if (!isWritten) throw new Error(`Somebody else rolled up ${hour} meanwhile; the next run looks again.`);
  }
}

const rowOf = (row: LakeRow): RollUpRow => ({
  clicked_hour: new Date(`${hourAnswered(row)}:00Z`),
  workspace_id: row['workspace_id'] ?? '',
  domain: row['domain'] ?? '',
  code: row['code'] ?? '',
  country: row['country'] ?? '',
  source: row['source'] ?? '',
  bot: row['bot'] === 'true',
  clicks: BigInt(row['clicks'] ?? 0),
});
