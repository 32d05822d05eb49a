import type { NamedCounts } from './named-counts.ts';
import type { Subject } from './subject.ts';
import type { Sketch } from './unique-visitors.ts';

export type Period = 'day' | 'hour';

/**
 * One UTC day (`2026-11-21`) or hour (`2026-11-21T14`) of a subject as it stands in Counts. Counters are `total`, `bot`,
 * `hour:14` (in days) and `<dimension>:<value>`, each of them for bots alone once more behind `bot/`: people are what is
 * left. `visitors` are the people of a day; an hour has none of its own.
 */
export type CountedPeriod = {
  readonly start: string;
  readonly counters: NamedCounts;
  readonly visitors: Sketch;
};

/** All time; `scans` and `botScans` are those of QR codes among them. */
export type CountedTotal = {
  readonly total: number;
  readonly bots: number;
  readonly scans: number;
  readonly botScans: number;
};

/** What has been counted, read: the cost depends on the range, never on the number of clicks. */
export type ClickCounts = {
  /** The periods from one to another, both included, that had clicks; oldest first. One Query for a range below a megabyte. */
  read(subject: Subject, from: string, to: string, period: Period): Promise<readonly CountedPeriod[]>;
  total(subject: Subject): Promise<CountedTotal>;
  /** Visitors of those UTC days together. Salts rotate with the day: who comes on two days is two visitors. */
  visitors(subject: Subject, days: readonly string[]): Promise<Sketch>;
  /** Epoch milliseconds: every click that had reached the stream by then is counted. */
  countedThroughMs(): Promise<number>;
};
