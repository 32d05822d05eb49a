import type { QueryFailure } from './lake-queries.ts';
import type { Sql } from './sql.ts';

/** Values in the order of the columns that were selected; null is an empty text. */
export type TextRow = readonly string[];

export type StreamedAnswer = {
  readonly kind: 'answered';
  /** Of all rows as Athena wrote them. */
  readonly sizeBytes: number;
  /** To be read once, part by part; rejects where a part is missing. */
  readonly rows: AsyncIterable<TextRow>;
};

/** A query whose rows are more than memory holds. */
export type QueryStream = {
  /** What became of it, or `running` after so many milliseconds. Rejects with the signal, or where Athena does not answer. */
  settled(waitMs: number, signal: AbortSignal): Promise<{ readonly kind: 'running' } | StreamedAnswer | QueryFailure>;
  /** Ends it where it still runs. */
  stop(): Promise<void>;
};

export type QueryStreams = { start(sql: Sql): Promise<QueryStream | QueryFailure> };
