/** A spooled click as it goes back on the stream: its line as it was written, and the key that finds its shard. */
export type SpooledLine = { readonly line: string; readonly partitionKey: string };
export type SpooledBatch = { readonly pk: string; readonly lines: readonly SpooledLine[] };

export type SpoolDrain = {
  parse(pk: string, lines: string): SpooledBatch;
  /** Puts a spooled batch on the stream and forgets it. Throws while the stream does not take all of it. */
  drain(batch: SpooledBatch): Promise<void>;
};
