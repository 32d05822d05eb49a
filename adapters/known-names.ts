import type { AwsJsonClient } from './aws-json.ts';
import type { ItemKey } from './count-items.ts';
import { nameOfKey, wireCounterNames } from './count-items.ts';
import { leanBatchGet } from './lean-batch-get.ts';

/** Some 50 bytes each. */
const MAX_REMEMBERED_NAMES = 300_000;
/** Others add names too, to the items of workspaces; that they are seen late only lets a long tail grow a little longer. */
const REMEMBERED_MS = 60_000;

type Known = { readonly names: Set<string>; readonly readAtMs: number };

/** Which counters items have. Items are wide, and those of busy links are asked about with every transaction. */
export function knownNames(dynamodb: AwsJsonClient, table: string, nowMs: () => number) {
  const remembered = new Map<string, Known>();
  let count = 0;

  const remember = (name: string, names: Set<string>): void => {
    if (count + names.size > MAX_REMEMBERED_NAMES) {
      remembered.clear();
      count = 0;
    }
    remembered.set(name, { names, readAtMs: nowMs() });
    count += names.size;
  };
  const isFresh = (known: Known | undefined): known is Known =>
    known !== undefined && known.readAtMs + REMEMBERED_MS > nowMs();

  return {
    async read(keys: readonly ItemKey[]): Promise<readonly ReadonlySet<string>[]> {
      const asked = keys.map((key) => ({ key, name: nameOfKey(key), known: remembered.get(nameOfKey(key)) }));
      const unknown = asked.filter(({ known }) => !isFresh(known));
      const found = await leanBatchGet(
        dynamodb,
        table,
        unknown.map(({ key }) => key),
      );
      return asked.map(({ name, known }) => {
        if (isFresh(known)) return known.names;
        const names = wireCounterNames(found.get(name) ?? {});
        remember(name, names);
        return names;
      });
    },
    /** These were added. */
    add(key: ItemKey, names: Iterable<string>): void {
      const known = remembered.get(nameOfKey(key));
      if (known === undefined) return;
      for (const name of names) known.names.add(name);
    },
    forget(keys: readonly ItemKey[]): void {
      for (const key of keys) remembered.delete(nameOfKey(key));
    },
  };
}
