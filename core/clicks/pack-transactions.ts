import { WINDOW_PART_IDS } from './count-window.ts';
import { dimensionIn } from './counters.ts';
import type { LedgerEntry } from './ledger.ts';
import { MAX_NAMES_PER_ITEM, wideDimensions } from './wide-items.ts';

/** DynamoDB: at most 100 items in a transaction. */
export const MAX_TRANSACTION_ITEMS = 100;
/** Items of a transaction that its windows may take: a head and the part that is being filled, and one part begun. */
const ITEMS_PER_WINDOW = 2;
const ITEMS_FOR_NEW_PARTS = 1;

/** Cuts entries into groups whose windows and counters fit one transaction each. */
export function packTransactions(entries: readonly LedgerEntry[]): readonly (readonly LedgerEntry[])[] {
  const sorted = entries.toSorted((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  const groups: LedgerEntry[][] = [];
  let transaction = emptyTransaction();
  for (const entry of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && group.length < WINDOW_PART_IDS && transaction.take(entry)) {
      group.push(entry);
      continue;
    }
    transaction = emptyTransaction();
    transaction.take(entry);
    groups.push([entry]);
  }
  return groups;
}

/** What a transaction adds to a subject's day: how many names of each dimension, in how many of its hours. */
type DayContent = {
  readonly names: Set<string>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly hours: ReadonlySet<string>;
  readonly items: number;
};

const EMPTY_DAY: DayContent = { names: new Set(), sizes: new Map(), hours: new Set(), items: 0 };

/** All time, and each period in its parts. An hour has no names that its day has not. */
const itemsOf = (sizes: ReadonlyMap<string, number>, hours: ReadonlySet<string>): number =>
  1 + (1 + hours.size) * (1 + wideDimensions(sizes).length);

type Change = { readonly subjectDay: string; readonly content: DayContent; readonly added: readonly string[] };

function changeOf(subjectDay: string, former: DayContent, { names, hour }: LedgerEntry): Change {
  const added = names.day.filter((name) => !former.names.has(name));
  if (added.length === 0 && former.hours.has(hour)) return { subjectDay, content: former, added };
  const sizes = new Map(former.sizes);
  for (const name of added) sizes.set(dimensionIn(name), (sizes.get(dimensionIn(name)) ?? 0) + 1);
  const hours = former.hours.has(hour) ? former.hours : new Set([...former.hours, hour]);
  const known = former === EMPTY_DAY ? new Set<string>() : former.names;
  return { subjectDay, content: { names: known, sizes, hours, items: itemsOf(sizes, hours) }, added };
}

/** Counts what a transaction would hold. */
function emptyTransaction() {
  const windows = new Set<string>();
  const days = new Map<string, DayContent>();
  let itemCount = 0;

  return {
    /** Whether the entry finds room; then it has it. The first always does. */
    take(entry: LedgerEntry): boolean {
      const changes = entry.subjects.map(({ name }) => {
        const subjectDay = `${name} ${entry.day}`;
        return changeOf(subjectDay, days.get(subjectDay) ?? EMPTY_DAY, entry);
      });
      const added = changes.reduce(
        (sum, { subjectDay, content }) => sum + content.items - (days.get(subjectDay)?.items ?? 0),
        windows.has(entry.windowName) ? 0 : ITEMS_PER_WINDOW,
      );
      const isTooMuch =
        itemCount + added > MAX_TRANSACTION_ITEMS - ITEMS_FOR_NEW_PARTS ||
        changes.some(({ content: { sizes } }) => [...sizes.values()].some((size) => size > MAX_NAMES_PER_ITEM));
      if (windows.size > 0 && isTooMuch) return false;
      itemCount += added;
      windows.add(entry.windowName);
      for (const { subjectDay, content, added: names } of changes) {
        for (const name of names) content.names.add(name);
        days.set(subjectDay, content);
      }
      return true;
    },
  };
}
