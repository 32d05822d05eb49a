/** A spooled click as it goes back on the stream: its line as it was written, and the key that finds its shard. */
export type SpooledLine = { readonly line: string; readonly partitionKey: string };
export type SpooledBatch = { readonly pk: string; readonly lines: readonly SpooledLine[] };

export type SpoolDrain = {
  parse(pk: string, lines: string): SpooledBatch;
  /**
   * Puts spooled batches on the stream and forgets them. Throws while the stream does not take all of them: then all come
   * again, and counting knows those that came before.
   */
  drain(batches: readonly SpooledBatch[]): Promise<void>;
};
