import { linkRules } from '../../../adapters/link-rules.ts';
import type { Batch } from '../../../core/batches/batch.ts';
import type { RawRow } from '../../../core/batches/check-row.ts';
import type { PlanDeps } from '../../../core/batches/plan-batch.ts';
import { planBatch, UnreadableInput } from '../../../core/batches/plan-batch.ts';
import { aBatch, BATCH_NOW_MS } from '../../fixtures/batches.ts';

const SETTINGS = { MAX_ALIAS_LENGTH: '50', SHORT_ORIGIN: 'https://s.example', ALLOW_PRIVATE_TARGETS: 'false' };

/** A batch that is gone once its rows are read, as when its workspace is erased; `files` are those that are left. */
function erasedWhileRead(rows: () => Iterable<RawRow>) {
  const files = new Set<string>();
  let batch: Batch | null = aBatch();
  const deps: PlanDeps = {
    batches: { find: async () => batch, change: async () => batch !== null },
    work: { plan: async () => 'ended', chunks: async () => [] },
    files: {
      read: async () => null,
      async write(key, _, pieces) {
        for await (const _piece of pieces);
        files.add(key);
        return { bytes: 1 };
      },
      removeOne: async (key) => void files.delete(key),
    },
    async *rowsOf() {
      batch = null;
      yield* rows();
    },
    blocklist: { hosts: async () => new Set() },
    rules: linkRules(SETTINGS, []),
    nowMs: () => BATCH_NOW_MS,
  };
  return { deps, files, run: aBatch() };
}

it.each<[string, () => Iterable<RawRow>]>([
  ['rows', () => [{ row: 1, value: { text: 'x' } }]],
  ['no rows', () => []],
  [
    'an input that cannot be read',
    () => {
      throw new UnreadableInput({ row: 0, column: 'text', reason: 'There are two columns of this name.' });
    },
  ],
])('a plan of %s leaves no file of a batch that was erased meanwhile', async (_, rows) => {
  const { deps, files, run } = erasedWhileRead(rows);
  expect(await planBatch(deps, run)).toBe('stop');
  expect([...files]).toEqual([]);
});
