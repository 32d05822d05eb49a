import type { Click } from './row.ts';

/** UTC day of a click, `2026-11-21`: counters are filed by when the visit was, never by when it arrived. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/**
 * The names a click adds one to, in the item of its link and day. Bots are counted in `total` and marked in `bot`, so
 * people are the difference.
 */
export function counterNames(click: Click): readonly string[] {
  const hour = new Date(click.at_ms).toISOString().slice(11, 13);
  const names = ['total', `hour:${hour}`, `country:${click.country}`, `device:${click.device}`];
  return click.bot ? [...names, 'bot'] : names;
}

export type LinkIncrement = {
  readonly domain: string;
  readonly code: string;
  readonly workspaceId: string;
  readonly total: number;
  /** Day → counter name → how many. */
  readonly days: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

/** Sums clicks into one increment per link: however many clicks a link had, it is written once per day. */
export function tally(clicks: readonly Click[]): readonly LinkIncrement[] {
  const links = new Map<string, { first: Click; total: number; days: Map<string, Map<string, number>> }>();
  for (const click of clicks) {
    const key = `${click.domain}/${click.code}`;
    const link = links.get(key) ?? { first: click, total: 0, days: new Map<string, Map<string, number>>() };
    links.set(key, link);
    link.total += 1;
    const day = dayOf(click.at_ms);
    const counters = link.days.get(day) ?? new Map<string, number>();
    link.days.set(day, counters);
    for (const name of counterNames(click)) counters.set(name, (counters.get(name) ?? 0) + 1);
  }
  return [...links.values()].map(({ first, total, days }) => ({
    domain: first.domain,
    code: first.code,
    workspaceId: first.workspace_id,
    total,
    days,
  }));
}
