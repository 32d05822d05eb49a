import type { Click } from './row.ts';

export type SpooledBatch = { readonly pk: string; readonly clicks: readonly Click[] };
export type SpoolDrain = {
  parse(pk: string, lines: string): SpooledBatch;
  /** Puts a spooled batch on the stream and forgets it. Throws while the stream does not take all of it. */
  drain(batch: SpooledBatch): Promise<void>;
};
