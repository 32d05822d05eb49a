import { countIn, readRange, valuesIn } from '../clicks/range-counts.ts';
import type { Dimension } from '../clicks/row.ts';
import { DIMENSIONS } from '../clicks/row.ts';
import { DAY_MS } from '../clicks/time-zone.ts';
import { type ByValue, valuesApart } from './counts-apart.ts';
import type { LakeRow } from './lake-queries.ts';
import type { Comparison, Difference, ReconcileDeps } from './reconcile.ts';
import { forEachWorkspace } from './reconcile.ts';
import { rowsAsked } from './rows-asked.ts';
import { rolledUpTotals, totalsByDimension } from './workspace-totals.ts';

/** A workspace's day in the lake. `all` are everybody's clicks by dimension and value, `people` those of them that were no bots'. */
type DayInLake = {
  readonly totals: { people: number; bots: number };
  readonly rolledUp: { people: number; bots: number };
  readonly all: ReadonlyMap<Dimension, Map<string, number>>;
  readonly people: ReadonlyMap<Dimension, Map<string, number>>;
};

/** Compares a UTC day of each workspace that has rows: people, bots, each dimension, and what was rolled up. */
export async function compareDay(deps: ReconcileDeps, day: string): Promise<Comparison> {
  const startMs = Date.parse(day);
  const rows = await rowsAsked(deps.lake, totalsByDimension({ startMs, endMs: startMs + DAY_MS }));
  const days = daysOf(rows, await rowsAsked(deps.lake, rolledUpTotals(day)));
  const differences = await forEachWorkspace(deps, days.keys(), (workspaceId) =>
    differencesIn(deps, day, workspaceId, days.get(workspaceId) ?? emptyDay()),
  );
  const clicks = [...days.values()].reduce((sum, { totals }) => sum + totals.people + totals.bots, 0);
  return { workspaces: days.size, clicks, differences };
}

const byDimension = () => new Map(DIMENSIONS.map((dimension) => [dimension, new Map<string, number>()]));
const emptyDay = (): DayInLake => ({
  totals: { people: 0, bots: 0 },
  rolledUp: { people: 0, bots: 0 },
  all: byDimension(),
  people: byDimension(),
});

function daysOf(rows: readonly LakeRow[], rolledUp: readonly LakeRow[]): ReadonlyMap<string, DayInLake> {
  const days = new Map<string, DayInLake>();
  const dayOf = (row: LakeRow): DayInLake => {
    const workspaceId = row['workspace_id'] ?? '';
    const day = days.get(workspaceId) ?? emptyDay();
    days.set(workspaceId, day);
    return day;
  };
  for (const row of rows) {
    const { totals, all, people } = dayOf(row);
    const [clicks, bots, value] = [Number(row['clicks']), Number(row['bots']), row['value'] ?? ''];
    if (row['dimension'] === null) Object.assign(totals, { people: clicks - bots, bots });
    if (value === '') continue;
    all.get(row['dimension'] as Dimension)?.set(value, clicks);
    people.get(row['dimension'] as Dimension)?.set(value, clicks - bots);
  }
  for (const row of rolledUp) {
    const bots = Number(row['bots']);
    Object.assign(dayOf(row).rolledUp, { people: Number(row['clicks']) - bots, bots });
  }
  return days;
}

async function differencesIn(
  { counts }: ReconcileDeps,
  day: string,
  workspaceId: string,
  inLake: DayInLake,
): Promise<readonly Difference[]> {
  const startMs = Date.parse(day);
  const read = await readRange(
    counts,
    { kind: 'workspace', id: workspaceId },
    { startMs, endMs: startMs + DAY_MS },
    [],
  );
  const parts = { days: [day], hoursMs: [] };
  const { all: clicks, bots } = countIn(read, parts, null);
  const people = clicks - bots;
  const found = (of: Difference['of'], apart: number): readonly Difference[] =>
    apart === 0 ? [] : [{ workspaceId, start: day, of, apart }];
  const [all, theirs] = [valuesIn(read, parts, 'include'), valuesIn(read, parts, 'exclude')];
  const none: ByValue = new Map();
  return [
    ...found('people', Math.abs(inLake.totals.people - people)),
    ...found('bots', Math.abs(inLake.totals.bots - bots)),
    ...found('rolled up people', Math.abs(inLake.rolledUp.people - people)),
    ...found('rolled up bots', Math.abs(inLake.rolledUp.bots - bots)),
    ...DIMENSIONS.flatMap((dimension) =>
      found(
        dimension,
        valuesApart(inLake.all.get(dimension) ?? none, all.get(dimension) ?? none) +
          valuesApart(inLake.people.get(dimension) ?? none, theirs.get(dimension) ?? none),
      ),
    ),
  ];
}
