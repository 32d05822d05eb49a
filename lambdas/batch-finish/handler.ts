import * as z from 'zod/mini';
import type { FinishDeps, FinishOutcome } from '../../core/batches/finish-batch.ts';
import { failBatch, finishBatch } from '../../core/batches/finish-batch.ts';
import { batchStep, runOf } from '../batch-step.ts';

const finishStep = z.extend(batchStep, { error: z.optional(z.string()), cause: z.optional(z.string()) });

/** The last step of the workflow `Batches`; with an error, the word that it broke. */
export const batchFinishHandler =
  (deps: FinishDeps) =>
  async (event: unknown): Promise<{ readonly next: FinishOutcome }> => {
    const step = finishStep.parse(event);
    if (step.error === undefined) return { next: await finishBatch(deps, runOf(step)) };
    // The customer is told to try again; this tells us what happened.
    console.error(JSON.stringify({ message: 'batch failed', ...step }));
    await failBatch(deps, runOf(step));
    return { next: 'tidy' };
  };
