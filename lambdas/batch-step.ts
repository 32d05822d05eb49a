import * as z from 'zod/mini';
import type { BatchRun } from '../core/batches/batch.ts';

const run = { workspace_id: z.string(), batch_id: z.string(), run: z.int() };

/** What the workflow of batches hands to each of its steps. */
export const batchStep = z.object(run);

/** The same to the makers of rows: a line of the file of chunks. */
export const chunkStep = z.object({ ...run, chunk: z.int(), from: z.int(), bytes: z.int(), rows: z.int() });

export const runOf = (step: z.infer<typeof batchStep>): BatchRun => ({
  workspaceId: step.workspace_id,
  id: step.batch_id,
  run: step.run,
});
