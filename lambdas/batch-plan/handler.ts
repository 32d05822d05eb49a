import type { PlanDeps, PlanOutcome } from '../../core/batches/plan-batch.ts';
import { planBatch } from '../../core/batches/plan-batch.ts';
import { batchStep, runOf } from '../batch-step.ts';

/** The first step of the workflow `Batches` (`lib/constructs/batches-workflow.ts`). */
export const batchPlanHandler =
  (deps: PlanDeps) =>
  async (event: unknown): Promise<{ readonly next: PlanOutcome }> => ({
    next: await planBatch(deps, runOf(batchStep.parse(event))),
  });
