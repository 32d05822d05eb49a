/** One day of a link as it stands in Counts: counter name → number. */
export type DayCounts = { readonly day: string; readonly counters: Readonly<Record<string, number>> };

/** All-time total, and the days from one on, oldest first. */
export type CountedClicks = { readonly total: number; readonly days: readonly DayCounts[] };

export type LinkStats = {
  readonly total: number;
  readonly bots: number;
  readonly by_day: readonly { readonly day: string; readonly clicks: number }[];
  readonly by_hour: readonly { readonly hour: string; readonly clicks: number }[];
  readonly by_country: readonly { readonly country: string; readonly clicks: number }[];
  readonly by_device: readonly { readonly device: string; readonly clicks: number }[];
};

/**
 * A link's clicks in the days that were read; `total` counts all time. Hours are UTC (`2026-11-21T14:00:00Z`), days and
 * hours without a click are left out, countries and devices are sorted by clicks.
 */
export function linkStats({ total, days }: CountedClicks): LinkStats {
  const sum = (prefix: string): [string, number][] => {
    const sums = new Map<string, number>();
    for (const { counters } of days) {
      for (const [name, count] of Object.entries(counters)) {
        if (name.startsWith(prefix))
          sums.set(name.slice(prefix.length), (sums.get(name.slice(prefix.length)) ?? 0) + count);
      }
    }
    return [...sums].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
  };
  return {
    total,
    bots: days.reduce((bots, { counters }) => bots + (counters['bot'] ?? 0), 0),
    by_day: days.map(({ day, counters }) => ({ day, clicks: counters['total'] ?? 0 })),
    by_hour: days.flatMap(({ day, counters }) =>
      Object.entries(counters)
        .filter(([name]) => name.startsWith('hour:'))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, clicks]) => ({ hour: `${day}T${name.slice('hour:'.length)}:00:00Z`, clicks })),
    ),
    by_country: sum('country:').map(([country, clicks]) => ({ country, clicks })),
    by_device: sum('device:').map(([device, clicks]) => ({ device, clicks })),
  };
}
