import type { TrackedEvent } from './event.ts';

/** What is added up: `events`, and of purchases each currency's `purchases/EUR` and `amount/EUR` in its minor unit. */
export type EventCounters = Readonly<Record<string, number>>;

export function countersOf({ type, properties }: Pick<TrackedEvent, 'type' | 'properties'>): EventCounters {
  if (type !== 'purchase') return { events: 1 };
  const currency = String(properties['currency']);
  return { events: 1, [`purchases/${currency}`]: 1, [`amount/${currency}`]: Number(properties['amount']) };
}

export const added = (one: EventCounters, other: EventCounters): EventCounters => {
  const sums = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};

export type Revenue = { readonly currency: string; readonly purchases: number; readonly amount: number };

/** By currency, most amount first; amounts of different currencies are never added. */
export const revenueIn = (counters: EventCounters): readonly Revenue[] =>
  Object.entries(counters)
    .flatMap(([name, purchases]) => {
      const [kind, currency = ''] = name.split('/');
      return kind === 'purchases' ? [{ currency, purchases, amount: counters[`amount/${currency}`] ?? 0 }] : [];
    })
    .sort((a, b) => b.amount - a.amount || (a.currency < b.currency ? -1 : 1));
