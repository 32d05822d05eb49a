import type { MakeChunkDeps } from '../../core/batches/make-chunk.ts';
import { makeChunk } from '../../core/batches/make-chunk.ts';
import { chunkStep, runOf } from '../batch-step.ts';

/** Makes the rows of one chunk. Answers nothing: a map of thousands of answers would be more than a state may hold. */
export const batchRowsHandler =
  (deps: MakeChunkDeps) =>
  async (event: unknown): Promise<Record<string, never>> => {
    const step = chunkStep.parse(event);
    await makeChunk(deps, runOf(step), step);
    return {};
  };
