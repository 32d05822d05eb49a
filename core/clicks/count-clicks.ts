import type { LinkIncrement } from './counters.ts';
import { dayOf, tally } from './counters.ts';
import type { Click } from './row.ts';

/**
 * Exactly-once counting under at-least-once delivery. Each click belongs to one window, found from the click alone
 * (its link's bucket and the second of its own time). The window remembers the ids it has counted, and remembering
 * them and adding to the counters is one transaction. So a crash, a replay, a re-ordered or bisected batch, a producer's
 * second put — even a day later — finds the id there and changes nothing. See docs/decisions/0002-exact-counts.md.
 */
export const WINDOW_S = 1;
export const BUCKETS = 16;
/** DynamoDB: at most 100 items in a transaction. */
export const MAX_TRANSACTION_ITEMS = 100;
/**
 * A window is stored in parts of this many ids, so that one that a hot link fills stays writable (an item has at most
 * 400 KB) and each transaction rewrites one part, not all. A transaction adds at most one part's worth of clicks.
 */
export const WINDOW_PART_IDS = 2_000;
/** Items of a transaction that its windows may take: a head and the part that is being filled, and one part begun. */
const ITEMS_PER_WINDOW = 2;
const ITEMS_FOR_NEW_PARTS = 1;
const MAX_ATTEMPTS = 8;

export type WindowKey = { readonly bucket: number; readonly startS: number };
/** What a window has counted; `version` 0 where it does not exist yet. */
export type CountedWindow = { readonly key: WindowKey; readonly ids: ReadonlySet<string>; readonly version: number };

export type CountTransaction = {
  /** Each window is written only if its version is still the one that was read. */
  readonly windows: readonly { readonly read: CountedWindow; readonly added: readonly string[] }[];
  readonly increments: readonly LinkIncrement[];
};

export type CountedLink = Pick<Click, 'domain' | 'code'>;

export type CountOutcome =
  | 'applied'
  /** A window moved on or another transaction was faster. */
  | 'conflict'
  /** These links were erased and count nothing any more. */
  | { readonly erased: readonly CountedLink[] };

export type CountStore = {
  readWindows(keys: readonly WindowKey[]): Promise<readonly CountedWindow[]>;
  /** All or nothing: only where it was `applied` something was changed. */
  apply(transaction: CountTransaction): Promise<CountOutcome>;
};

/** `duplicates` were not counted: they had been before, or their link is erased. */
export type CountResult = { readonly counted: number; readonly duplicates: number };

/** Counts each click that was not counted before. Throws if the store fails or stays contended; what was applied stays applied. */
export async function countClicks(store: CountStore, clicks: readonly Click[]): Promise<CountResult> {
  let pending = [...new Map(clicks.map((click) => [click.id, click])).values()];
  let counted = 0;
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`Counting stayed contended through ${MAX_ATTEMPTS} attempts`);
    const contended: Click[] = [];
    for (const group of packTransactions(pending)) {
      const outcome = await countGroup(store, group);
      counted += outcome.counted;
      contended.push(...outcome.contended);
    }
    pending = contended;
  }
  return { counted, duplicates: clicks.length - counted };
}

type GroupOutcome = { readonly counted: number; readonly contended: readonly Click[] };

async function countGroup(store: CountStore, clicks: readonly Click[]): Promise<GroupOutcome> {
  const groups = groupByWindow(clicks);
  const read = await store.readWindows([...groups.values()].map(({ key }) => key));
  const known = new Map(read.map((window) => [windowName(window.key), window]));
  const fresh: Click[] = [];
  const windows: { read: CountedWindow; added: readonly string[] }[] = [];
  for (const [name, group] of groups) {
    const window = known.get(name) ?? { key: group.key, ids: new Set<string>(), version: 0 };
    const added = group.clicks.filter((click) => !window.ids.has(countedId(click)));
    if (added.length === 0) continue;
    fresh.push(...added);
    windows.push({ read: window, added: added.map(countedId) });
  }
  if (fresh.length === 0) return { counted: 0, contended: [] };
  const outcome = await store.apply({ windows, increments: tally(fresh) });
  if (outcome === 'applied') return { counted: fresh.length, contended: [] };
  if (outcome === 'conflict') return { counted: 0, contended: clicks };
  return countWithout(store, clicks, outcome.erased);
}

/** Nothing was written for the others either, so they are counted again without the erased ones, which need no window. */
async function countWithout(
  store: CountStore,
  clicks: readonly Click[],
  erased: readonly CountedLink[],
): Promise<GroupOutcome> {
  const isErased = (click: Click): boolean =>
    erased.some(({ domain, code }) => domain === click.domain && code === click.code);
  const kept = clicks.filter((click) => !isErased(click));
  if (kept.length === clicks.length) throw new Error('The store refused erased links that were not in the transaction');
  return countGroup(store, kept);
}

/** Within a window the random half of the id tells clicks apart: 80 bits among some thousands. */
export const countedId = (click: Pick<Click, 'id'>): string => click.id.slice(10);

/** Cuts clicks into groups whose windows, day items and totals fit one transaction. */
export function packTransactions(clicks: readonly Click[]): readonly (readonly Click[])[] {
  const placed = clicks
    .map((click) => ({ click, window: windowName(windowOf(click)), link: `${click.domain}/${click.code}` }))
    .sort((a, b) => compareNames(a.window, b.window) || compareNames(a.link, b.link));
  const groups: Click[][] = [];
  const items = new Set<string>();
  let itemCount = 0;
  for (const { click, window, link } of placed) {
    const day = `day ${link} ${dayOf(click.at_ms)}`;
    const wanted = (items.has(window) ? 0 : ITEMS_PER_WINDOW) + (items.has(link) ? 0 : 1) + (items.has(day) ? 0 : 1);
    const group = groups.at(-1);
    const fits = itemCount + wanted <= MAX_TRANSACTION_ITEMS - ITEMS_FOR_NEW_PARTS;
    if (group !== undefined && fits && group.length < WINDOW_PART_IDS) {
      group.push(click);
      itemCount += wanted;
    } else {
      groups.push([click]);
      items.clear();
      itemCount = ITEMS_PER_WINDOW + 2;
    }
    for (const item of [window, link, day]) items.add(item);
  }
  return groups;
}

function groupByWindow(clicks: readonly Click[]): Map<string, { key: WindowKey; clicks: Click[] }> {
  const groups = new Map<string, { key: WindowKey; clicks: Click[] }>();
  for (const click of clicks) {
    const key = windowOf(click);
    const group = groups.get(windowName(key)) ?? { key, clicks: [] };
    group.clicks.push(click);
    groups.set(windowName(key), group);
  }
  return groups;
}

export const windowOf = (click: Pick<Click, 'domain' | 'code' | 'at_ms'>): WindowKey => ({
  bucket: fnv1a(`${click.domain}/${click.code}`) % BUCKETS,
  startS: Math.floor(click.at_ms / 1_000 / WINDOW_S) * WINDOW_S,
});

const windowName = ({ bucket, startS }: WindowKey): string => `${bucket}@${startS}`;
const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** FNV-1a, 32 bits: spreads links over buckets; not a secret. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
