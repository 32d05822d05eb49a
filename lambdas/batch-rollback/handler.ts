import type { TidyDeps } from '../../core/batches/tidy-batch.ts';
import { tidyBatch } from '../../core/batches/tidy-batch.ts';
import { batchStep, runOf } from '../batch-step.ts';

/** Takes back what a batch leaves behind that failed or was cancelled. */
export const batchRollbackHandler =
  (deps: TidyDeps) =>
  async (event: unknown): Promise<Record<string, never>> => {
    await tidyBatch(deps, runOf(batchStep.parse(event)));
    return {};
  };
