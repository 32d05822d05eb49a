/**
 * How far somebody has read a workspace's live clicks: all entries up to `number`, and the first `clicks` of the one behind
 * it. `watchedSinceMs` is the start of the watch it was read under: while that is the same, nothing went unfiled since.
 */
export type LivePosition = {
  readonly watchedSinceMs: number;
  readonly number: number;
  readonly clicks: number;
};

const PATTERN = /^(\d{1,15})-(\d{1,15})-(\d{1,6})$/;

/** As the `id` of an event: `1795262400000-1795262401234-3`. */
export const encodePosition = ({ watchedSinceMs, number, clicks }: LivePosition): string =>
  `${watchedSinceMs}-${number}-${clicks}`;

/** Null for a text that no event had as its id. */
export function decodePosition(text: string): LivePosition | null {
  const [, watchedSinceMs, number, clicks] = PATTERN.exec(text) ?? [];
  if (clicks === undefined) return null;
  return { watchedSinceMs: Number(watchedSinceMs), number: Number(number), clicks: Number(clicks) };
}
