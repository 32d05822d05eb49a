import type { CountedWindow, WindowKey } from './count-window.ts';
import { countedId, windowName } from './count-window.ts';
import type { LedgerEntry } from './ledger.ts';
import { entriesOf, LEDGERS } from './ledger.ts';
import { foldLongTail } from './long-tail.ts';
import { packTransactions } from './pack-transactions.ts';
import type { Click } from './row.ts';
import type { Subject } from './subject.ts';
import { subjectName } from './subject.ts';
import type { CountItem, Increment } from './tally.ts';
import { tally } from './tally.ts';

/**
 * Exactly-once counting under at-least-once delivery. Remembering a click's id in its window and adding it to the counters is
 * one transaction. So a crash, a replay, a re-ordered or bisected batch, a producer's second put — even a day later —
 * finds the id there and changes nothing. See docs/decisions/0002-exact-counts.md.
 */
export type CountTransaction = {
  /** Each window is written only if its version is still the one that was read. */
  readonly windows: readonly { readonly read: CountedWindow; readonly added: readonly string[] }[];
  readonly increments: readonly Increment[];
};

export type CountOutcome =
  | 'applied'
  /** A window moved on or another transaction was faster. */
  | 'conflict'
  /** More than a store writes at once. */
  | 'too_large'
  /** These owners were erased and count nothing any more. */
  | { readonly erased: readonly Subject[] };

export type CountStore = {
  readWindows(keys: readonly WindowKey[]): Promise<readonly CountedWindow[]>;
  /** The names of the counters that each item has, in the order of the items; none where there is no item. */
  readNames(items: readonly CountItem[]): Promise<readonly ReadonlySet<string>[]>;
  /** All or nothing: only where it was `applied` something was changed. */
  apply(transaction: CountTransaction): Promise<CountOutcome>;
};

export type SubjectDay = { readonly subject: Subject; readonly day: string };

/** Sketches of who came. Adding somebody again changes nothing, so they need no transaction. */
export type VisitorSketches = {
  /** Settles when all of them are in. */
  add(days: readonly (SubjectDay & { readonly visitors: ReadonlySet<string> })[]): Promise<void>;
  remove(days: readonly SubjectDay[]): Promise<void>;
};

export type CountDeps = { readonly store: CountStore; readonly sketches: VisitorSketches };

/**
 * Each click once, as its link counts it: `counted` by this call, or `known` from before. Clicks of erased links are in neither
 * list.
 */
export type CountResult = { readonly counted: readonly Click[]; readonly known: readonly Click[] };

const MAX_ATTEMPTS = 8;

/** Counts each click that was not counted before. Throws if the store fails or stays contended; what was applied stays applied. */
export async function countClicks(deps: CountDeps, clicks: readonly Click[]): Promise<CountResult> {
  const distinct = [...new Map(clicks.map((click) => [click.id, click])).values()];
  const result = await countEntries(deps, entriesOf(LEDGERS.links, distinct));
  await countEntries(deps, entriesOf(LEDGERS.workspaces, distinct));
  return result;
}

type Counted = { readonly counted: Click[]; readonly known: Click[] };

async function countEntries(deps: CountDeps, entries: readonly LedgerEntry[]): Promise<Counted> {
  const result: Counted = { counted: [], known: [] };
  let pending = entries;
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`Counting stayed contended through ${MAX_ATTEMPTS} attempts`);
    const contended: LedgerEntry[] = [];
    for (const group of packTransactions(pending)) contended.push(...(await countGroup(deps, group, result)));
    pending = contended;
  }
  return result;
}

/** Adds to the result what it came to, and answers what has to be tried again. */
async function countGroup(
  deps: CountDeps,
  entries: readonly LedgerEntry[],
  result: Counted,
): Promise<readonly LedgerEntry[]> {
  const { fresh, known, windows } = await notYetCounted(deps.store, entries);
  result.known.push(...known.map(({ click }) => click));
  if (fresh.length === 0) return [];
  const [increments] = await Promise.all([increase(deps.store, fresh), deps.sketches.add(visitorsOf(fresh))]);
  const outcome = await deps.store.apply({ windows, increments });
  if (outcome === 'conflict') return fresh;
  if (outcome === 'too_large') return countHalves(deps, fresh, result);
  if (outcome !== 'applied') return countWithout(deps, fresh, outcome.erased, result);
  result.counted.push(...fresh.map(({ click }) => click));
  return [];
}

async function notYetCounted(store: CountStore, entries: readonly LedgerEntry[]) {
  const groups = Map.groupBy(entries, (entry) => entry.windowName);
  const read = await store.readWindows([...groups.values()].flatMap(([first]) => first?.window ?? []));
  const stored = new Map(read.map((window) => [windowName(window.key), window]));
  const fresh: LedgerEntry[] = [];
  const known: LedgerEntry[] = [];
  const windows: { read: CountedWindow; added: readonly string[] }[] = [];
  for (const [name, [first, ...others]] of groups) {
    if (first === undefined) continue;
    const window = stored.get(name) ?? { key: first.window, ids: new Set<string>(), version: 0 };
    const added: string[] = [];
    for (const entry of [first, ...others]) {
      const id = countedId(entry.click);
      const isKnown = window.ids.has(id);
      (isKnown ? known : fresh).push(entry);
      if (!isKnown) added.push(id);
    }
    if (added.length > 0) windows.push({ read: window, added });
  }
  return { fresh, known, windows };
}

/** What to add, after a look at which values the items have room for. */
async function increase(store: CountStore, entries: readonly LedgerEntry[]): Promise<readonly Increment[]> {
  const increments = tally(entries);
  const [totals, periods] = [increments.filter(isTotal), increments.filter((increment) => !isTotal(increment))];
  const known = await store.readNames(periods.map(({ item }) => item));
  const folded = periods.map((increment, index) => ({
    ...increment,
    counters: foldLongTail(increment.counters, known[index] ?? new Set()),
  }));
  return [...totals, ...folded];
}

const isTotal = ({ item }: Increment): boolean => item.period === 'total';

/** Bots are no visitors. */
function visitorsOf(entries: readonly LedgerEntry[]) {
  const days = new Map<string, SubjectDay & { readonly visitors: Set<string> }>();
  for (const { click, day, subjects } of entries) {
    if (click.bot || click.visitor === '') continue;
    for (const { subject, name } of subjects) {
      const of = days.get(`${name} ${day}`) ?? { subject, day, visitors: new Set<string>() };
      days.set(`${name} ${day}`, of);
      of.visitors.add(click.visitor);
    }
  }
  return [...days.values()];
}

async function countHalves(deps: CountDeps, entries: readonly LedgerEntry[], result: Counted) {
  if (entries.length === 1) return entries;
  const middle = entries.length >> 1;
  return [
    ...(await countGroup(deps, entries.slice(0, middle), result)),
    ...(await countGroup(deps, entries.slice(middle), result)),
  ];
}

/**
 * Nothing was written for the others either, so they are counted again without the erased ones, which need no window. The
 * visitors that were noted for those a moment ago are forgotten.
 */
async function countWithout(
  deps: CountDeps,
  entries: readonly LedgerEntry[],
  erased: readonly Subject[],
  result: Counted,
): Promise<readonly LedgerEntry[]> {
  const names = new Set(erased.map(subjectName));
  const isGone = ({ owner }: LedgerEntry): boolean => names.has(owner.name);
  const gone = entries.filter(isGone);
  if (gone.length === 0) throw new Error('The store refused erased owners that were not in the transaction');
  await deps.sketches.remove(visitorsOf(gone));
  const kept = entries.filter((entry) => !isGone(entry));
  return countGroup(deps, kept, result);
}
