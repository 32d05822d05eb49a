import type { HotLink } from './hot-link.ts';
import { decodeHotLink, encodeHotLink } from './hot-link.ts';
import type { HotLinks } from './visit.ts';

/** A shared cache of encoded entries. It is an accelerator: every method settles quickly and none throws. */
export type HotCache = {
  /** The entry, or null when there is none or the cache does not answer. */
  get(key: string): Promise<string | null>;
  /** Writes only where no entry is: a reader that was slow must not overwrite what cache-sync wrote meanwhile. */
  fill(key: string, entry: string, ttlMs: number): Promise<void>;
  drop(key: string): Promise<void>;
};

/** The store itself, read consistently. Throws when it does not answer. */
export type HotLinkStore = { read(domain: string, code: string): Promise<HotLink | null> };

/**
 * Design: an acknowledged change is visible within 2 s. One second of that belongs to the stream that carries changes
 * to the shared cache, one to this process. Counted from before the read, and hits do not extend it.
 */
export const L1_TTL_MS = 1_000;
/** How long cache-sync may fail to deliver a change before it shows anyway. */
export const ENTRY_TTL_MS = 60_000;
/** Unknown codes are remembered briefly, so that guessing costs the table little; creation overwrites the entry. */
export const MISS_TTL_MS = 5_000;
/** When neither cache nor table answers, what this process knew is better than an error for this long. */
export const STALE_IF_ERROR_MS = 60_000;
const L1_MAX_ENTRIES = 10_000;

export const hotLinkKey = (domain: string, code: string): string => `${domain}/${code}`;

type L1Entry = { readonly link: HotLink | null; readonly readAtMs: number };
type Flight = { readonly link: Promise<HotLink | null>; readonly startedAtMs: number };

/** Reads through process memory and the shared cache to the table; one read per code at a time. */
export function cachedHotLinks(deps: {
  readonly cache: HotCache;
  readonly store: HotLinkStore;
  readonly nowMs: () => number;
  /** 0 ≤ value < 1; spreads expiry so that hot keys do not all expire together. */
  readonly random: () => number;
}): HotLinks {
  const l1 = new Map<string, L1Entry>();
  const flights = new Map<string, Flight>();
  /** What was known or asked for this long ago may be told on: a change since then need not show yet. */
  const isFresh = (readAtMs: number): boolean => deps.nowMs() - readAtMs < L1_TTL_MS;

  const remember = (key: string, entry: L1Entry): void => {
    // A read that was overtaken by a later one brings old news.
    if ((l1.get(key)?.readAtMs ?? entry.readAtMs) > entry.readAtMs) return;
    l1.delete(key);
    l1.set(key, entry);
    if (l1.size > L1_MAX_ENTRIES) l1.delete(l1.keys().next().value ?? key);
  };

  const readThrough = async (domain: string, code: string, key: string): Promise<HotLink | null> => {
    const cached = await deps.cache.get(key);
    if (cached !== null) {
      const link = decodeHotLink(cached, code);
      if (link !== undefined) return link;
      await deps.cache.drop(key);
    }
    const link = await deps.store.read(domain, code);
    const ttlMs = link === null ? MISS_TTL_MS : ENTRY_TTL_MS * (0.75 + deps.random() / 4);
    await deps.cache.fill(key, encodeHotLink(link), Math.ceil(ttlMs));
    return link;
  };

  const load = async (domain: string, code: string, key: string, readAtMs: number): Promise<HotLink | null> => {
    try {
      const link = await readThrough(domain, code, key);
      remember(key, { link, readAtMs });
      return link;
    } catch (error) {
      const known = l1.get(key);
      if (known !== undefined && deps.nowMs() - known.readAtMs < STALE_IF_ERROR_MS) return known.link;
      throw error;
    } finally {
      if (flights.get(key)?.startedAtMs === readAtMs) flights.delete(key);
    }
  };

  return {
    find(domain, code) {
      const key = hotLinkKey(domain, code);
      const known = l1.get(key);
      if (known !== undefined && isFresh(known.readAtMs)) return Promise.resolve(known.link);
      const running = flights.get(key);
      // A read that hangs is not joined for ever: it may have passed the table before a change that was answered since.
      if (running !== undefined && isFresh(running.startedAtMs)) return running.link;
      const startedAtMs = deps.nowMs();
      const link = load(domain, code, key, startedAtMs);
      flights.set(key, { link, startedAtMs });
      return link;
    },
  };
}
