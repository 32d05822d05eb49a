import type { SettleDeps } from '../../core/batches/settle-batch.ts';
import { sweepBatches } from '../../core/batches/sweep-batches.ts';

/** Once a minute: batches whose runs died are ended and tidied up, and those that nobody began are begun. */
export const batchSweepHandler = (deps: SettleDeps) => (): Promise<void> => sweepBatches(deps);
