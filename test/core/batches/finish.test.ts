import { chunksKey, errorsKey, invalidKey, zipKey } from '../../../core/batches/batch-files.ts';
import type { FinishDeps } from '../../../core/batches/finish-batch.ts';
import { finishBatch } from '../../../core/batches/finish-batch.ts';
import { aBatch, BATCH_NOW_MS } from '../../fixtures/batches.ts';

/** A run whose batch is ended while the ZIP is written. */
function lateRun() {
  const batch = aBatch({
    state: { status: 'running', phase: 'making', startedAtMs: BATCH_NOW_MS },
    progress: { total: 1, done: 0, failed: 1 },
  });
  const next = { ...batch, run: 2 };
  const invalid = JSON.stringify({ row: 1, errors: [{ row: 1, column: 'text', reason: 'No.' }] });
  const files = new Map<string, Uint8Array>([
    [invalidKey(batch), Buffer.from(invalid)],
    [chunksKey(batch), Buffer.from('')],
    [zipKey(next), Buffer.from('zip of the next run')],
    [errorsKey(next), Buffer.from('errors of the next run')],
  ]);
  const deps: FinishDeps = {
    batches: { find: async () => batch, change: async () => true },
    work: { chunks: async () => [], end: async () => false },
    files: {
      read: async (key) => files.get(key) ?? null,
      put: async (key, bytes) => void files.set(key, bytes),
      async write(key, _, pieces) {
        const written: Uint8Array[] = [];
        for await (const piece of pieces) written.push(piece);
        files.set(key, Buffer.concat(written));
        return { bytes: Buffer.concat(written).length };
      },
      removeOne: async (key) => void files.delete(key),
    },
    shortOrigin: 'https://s.example',
    nowMs: () => BATCH_NOW_MS,
  };
  return { batch, next, deps, files };
}

it('a run that finishes too late leaves no files, and those of the next run alone', async () => {
  const { batch, next, deps, files } = lateRun();
  expect(await finishBatch(deps, batch)).toBe('stop');
  const left = [...files.keys()];
  expect(left).toEqual(expect.arrayContaining([zipKey(next), errorsKey(next)]));
  expect(left).not.toContain(zipKey(batch));
  expect(left).not.toContain(errorsKey(batch));
});
