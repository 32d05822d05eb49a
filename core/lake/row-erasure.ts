import { HOUR_MS } from '../clicks/time-zone.ts';

/** An erased workspace whose rows are in the lake still, or may come there still. */
export type RowErasure = {
  readonly workspaceId: string;
  /** When all else of it was gone. */
  readonly erasedAtMs: number;
  /** The lake was looked through before, and nothing was left. */
  readonly isCleared: boolean;
};

export type RowErasures = {
  all(): Promise<readonly RowErasure[]>;
  /** Nothing is left of it for now. */
  clear(erasure: RowErasure): Promise<void>;
  /** Nothing is left of it, and nothing can come any more. */
  remove(erasure: RowErasure): Promise<void>;
};

/** What was on its way as usual is in the lake by then. */
const FIRST_LOOK_MS = HOUR_MS;
/** The longest way of a click to the lake: a day in the spool, a day on the stream, and an hour for Firehose. */
const LAST_LOOK_MS = 49 * HOUR_MS;

export const isDue = ({ erasedAtMs, isCleared }: RowErasure, nowMs: number): boolean =>
  erasedAtMs + (isCleared ? LAST_LOOK_MS : FIRST_LOOK_MS) <= nowMs;

/** Whether what is found now, or not found, is all there will ever be. */
export const isLastLook = ({ erasedAtMs }: RowErasure, nowMs: number): boolean => erasedAtMs + LAST_LOOK_MS <= nowMs;
