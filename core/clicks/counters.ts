import type { Click, Dimension } from './row.ts';
import { DIMENSIONS } from './row.ts';

/** UTC day of a click, `2026-11-21`: counters are filed by when the visit was, never by when it arrived. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
/** UTC hour of a click, `2026-11-21T14`. */
export const hourOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 13);

/** In front of each counter that bots alone add to. */
export const BOT_PREFIX = 'bot/';
/** Values are counted under this many characters of them. */
export const MAX_VALUE_LENGTH = 100;

/** The names a click adds one to, by the item they stand in. */
export type CounterNames = {
  readonly day: readonly string[];
  readonly hour: readonly string[];
  readonly total: readonly string[];
};

/**
 * `total`, the hour of the day, and one name for each dimension the click has a value of; a bot's click adds to all of them
 * once more as a bot's. So people are the difference, under every name. All time is counted without dimensions: what nobody asks
 * for need not be written with each click.
 */
export function counterNames(click: Click): CounterNames {
  const hour = `hour:${hourOf(click.at_ms).slice(11)}`;
  const source = counterName('source', click.source);
  const values = DIMENSIONS.flatMap((dimension) =>
    click[dimension] === '' ? [] : counterName(dimension, click[dimension]),
  );
  if (!click.bot) return { day: ['total', hour, ...values], hour: ['total', ...values], total: ['total', source] };
  const bots = values.map((name) => `${BOT_PREFIX}${name}`);
  return {
    day: ['total', hour, ...values, 'bot', `${BOT_PREFIX}${hour}`, ...bots],
    hour: ['total', ...values, 'bot', ...bots],
    total: ['total', source, 'bot', `${BOT_PREFIX}${source}`],
  };
}

/** Half a character at the cut would be refused by every store. */
export const counterName = (dimension: Dimension, value: string): string =>
  `${dimension}:${value.slice(0, MAX_VALUE_LENGTH).toWellFormed()}`;

/** `country` of `country:DE` and of `bot/country:DE`; empty for `total` and `bot`. */
export function dimensionIn(name: string): string {
  const start = name.startsWith(BOT_PREFIX) ? BOT_PREFIX.length : 0;
  return name.slice(start, Math.max(start, name.indexOf(':')));
}
