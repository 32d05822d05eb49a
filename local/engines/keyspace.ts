/** What a small Redis keeps: values by key, each with an optional end of life, and a limit on all of them. */
export type Keyspace = {
  get(key: string): Buffer | null;
  /** `expiresAtMs` null is for ever. */
  set(key: string, value: Buffer, expiresAtMs: number | null): void;
  delete(key: string): boolean;
  /** When a key ends in epoch ms, null for never, undefined where there is no such key. */
  expiryOf(key: string): number | null | undefined;
  size(): number;
  clear(): void;
};

export type KeyspaceLimits = { readonly keys: number; readonly bytes: number };

type Entry = { readonly value: Buffer; readonly expiresAtMs: number | null };

const bytesOf = (key: string, entry: Entry): number => key.length + entry.value.length;

/** Past its limits it forgets what was used longest ago, as a cache server set to `allkeys-lru` does. */
export function openKeyspace(limits: KeyspaceLimits, now: () => number): Keyspace {
  /** In order of use: a Map keeps the order of insertion, so what is used is put in again. */
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function remove(key: string): boolean {
    const entry = entries.get(key);
    if (entry === undefined) return false;
    bytes -= bytesOf(key, entry);
    return entries.delete(key);
  }

  function live(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresAtMs === null || entry.expiresAtMs > now()) return entry;
    remove(key);
    return undefined;
  }

  function forgetOldest(): void {
    for (const key of entries.keys()) {
      if (entries.size <= limits.keys && bytes <= limits.bytes) return;
      remove(key);
    }
  }

  return {
    get: (key) => {
      const entry = live(key);
      if (entry === undefined) return null;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: (key, value, expiresAtMs) => {
      remove(key);
      // A copy: the bytes that came in are part of a larger chunk, which would stay in memory with them.
      const entry = { value: Buffer.from(value), expiresAtMs };
      entries.set(key, entry);
      bytes += bytesOf(key, entry);
      forgetOldest();
    },
    delete: (key) => live(key) !== undefined && remove(key),
    expiryOf: (key) => live(key)?.expiresAtMs,
    size: () => {
      for (const key of entries.keys()) live(key);
      return entries.size;
    },
    clear: () => {
      entries.clear();
      bytes = 0;
    },
  };
}
