import type { Period } from './click-counts.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Subject } from './subject.ts';
import { partsOf } from './wide-items.ts';

/** One item of counters: a subject's day or hour (`start` as in `CountedPeriod`), or all its time (`start` is empty). */
export type CountItem = {
  readonly subject: Subject;
  readonly period: Period | 'total';
  readonly start: string;
  /** The one dimension it has, of a period that got more names at once than one item takes. */
  readonly part?: string;
};

export type Increment = {
  readonly item: CountItem;
  /** The item's name in maps. */
  readonly name: string;
  /** Who is told that an owner's total grows: the workspace of the link. */
  readonly workspaceId: string;
  /** Counts only where the item is not the total of an erased owner. */
  readonly isOwnersTotal: boolean;
  readonly counters: ReadonlyMap<string, number>;
};

/** Sums clicks into one increment per item: however many clicks a link had, its day is written once (or in parts, once each). */
export function tally(entries: readonly LedgerEntry[]): readonly Increment[] {
  const increments = new Map<string, Increment & { readonly counters: Map<string, number> }>();
  for (const entry of entries) {
    for (const { subject, name: subjectName } of entry.subjects) {
      for (const { period, start } of periodsOf(entry)) {
        const name = `${subjectName} ${period} ${start}`;
        let increment = increments.get(name);
        if (increment === undefined) {
          increment = {
            item: { subject, period, start },
            name,
            workspaceId: entry.click.workspace_id,
            isOwnersTotal: period === 'total' && subjectName === entry.owner.name,
            counters: new Map(),
          };
          increments.set(name, increment);
        }
        for (const counter of entry.names[period])
          increment.counters.set(counter, (increment.counters.get(counter) ?? 0) + 1);
      }
    }
  }
  return [...increments.values()].flatMap(splitWide);
}

const splitWide = (increment: Increment): readonly Increment[] =>
  [...partsOf(increment.counters)].map(([part, counters]) =>
    part === ''
      ? { ...increment, counters }
      : { ...increment, counters, item: { ...increment.item, part }, name: `${increment.name} ${part}` },
  );

const periodsOf = ({ day, hour }: LedgerEntry) =>
  [
    { period: 'total', start: '' },
    { period: 'day', start: day },
    { period: 'hour', start: hour },
  ] as const;
