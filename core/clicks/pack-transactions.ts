import { WINDOW_PART_IDS } from './count-window.ts';
import type { LedgerEntry } from './ledger.ts';

/** DynamoDB: at most 100 items in a transaction. */
export const MAX_TRANSACTION_ITEMS = 100;
/** DynamoDB: an expression has at most 4 KB and 300 operators, and each counter takes about ten characters of it. */
export const MAX_NAMES_PER_ITEM = 250;
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

/** Counts what a transaction would hold. A day has every name that an hour of it or all time has. */
function emptyTransaction() {
  const items = new Set<string>();
  const namesOfDays = new Map<string, Set<string>>();
  let itemCount = 0;

  const isFull = (day: string, names: readonly string[]): boolean => {
    const there = namesOfDays.get(day);
    if (there === undefined || there.size + names.length <= MAX_NAMES_PER_ITEM) return false;
    return there.size + names.filter((name) => !there.has(name)).length > MAX_NAMES_PER_ITEM;
  };

  return {
    /** Whether the entry finds room; then it has it. The first always does. */
    take({ windowName, subjects, day, hour, names }: LedgerEntry): boolean {
      const wanted = subjects.flatMap(({ name }) => [name, `${name} ${day}`, `${name} ${hour}`]);
      const added = wanted.filter((item) => !items.has(item)).length + (items.has(windowName) ? 0 : ITEMS_PER_WINDOW);
      const days = subjects.map(({ name }) => `${name} ${day}`);
      const isFirst = items.size === 0;
      if (!isFirst && itemCount + added > MAX_TRANSACTION_ITEMS - ITEMS_FOR_NEW_PARTS) return false;
      if (!isFirst && days.some((item) => isFull(item, names.day))) return false;
      itemCount += added;
      for (const item of [windowName, ...wanted]) items.add(item);
      for (const item of days) {
        const there = namesOfDays.get(item) ?? new Set<string>();
        namesOfDays.set(item, there);
        for (const name of names.day) there.add(name);
      }
      return true;
    },
  };
}
