import { countIn, readRange } from '../clicks/range-counts.ts';
import type { Span } from '../clicks/time-range.ts';
import type { Comparison, Difference, ReconcileDeps } from './reconcile.ts';
import { forEachWorkspace, hoursIn } from './reconcile.ts';
import { hourAnswered, rowsAsked } from './rows-asked.ts';
import { totalsByHour } from './workspace-totals.ts';

type Totals = { readonly people: number; readonly bots: number };
type ByHour = ReadonlyMap<string, Totals>;
const NONE: Totals = { people: 0, bots: 0 };

/** Compares people and bots of each workspace and hour, also of workspaces that have no row at all. */
export async function compareHours(deps: ReconcileDeps, span: Span): Promise<Comparison> {
  const hours = hoursIn(span);
  if (hours.length === 0) return { workspaces: 0, clicks: 0, differences: [] };
  const inLake = await totalsInLake(deps, span);
  const read = new Map<string, ByHour>();
  const compare = async (workspaceId: string): Promise<readonly Difference[]> => {
    const counted = await countedIn(deps, workspaceId, span);
    read.set(workspaceId, counted);
    return differencesOf(workspaceId, hours, inLake.get(workspaceId) ?? new Map(), counted);
  };
  const differences = await forEachWorkspace(deps, inLake.keys(), compare);
  const known = new Map([...inLake].map(([id, lake]) => [id, { lake, counted: read.get(id) ?? new Map() }]));
  const others = await withoutRows(deps, span, known);
  return {
    workspaces: inLake.size + others.size,
    clicks: [...inLake.values()].flatMap((byHour) => [...byHour.values()]).reduce((sum, one) => sum + allOf(one), 0),
    differences: [...differences, ...(await forEachWorkspace(deps, others, compare))],
  };
}

async function totalsInLake({ lake }: ReconcileDeps, span: Span): Promise<ReadonlyMap<string, ByHour>> {
  const found = new Map<string, Map<string, Totals>>();
  for (const row of await rowsAsked(lake, totalsByHour(span))) {
    const workspaceId = row['workspace_id'] ?? '';
    const byHour = found.get(workspaceId) ?? new Map<string, Totals>();
    const bots = Number(row['bots']);
    found.set(workspaceId, byHour.set(hourAnswered(row), { people: Number(row['clicks']) - bots, bots }));
  }
  return found;
}

/** Days remember the total of each of their hours. */
async function countedIn({ counts }: ReconcileDeps, id: string, span: Span): Promise<ByHour> {
  const read = await readRange(counts, { kind: 'workspace', id }, span, []);
  return new Map(
    hoursIn(span).map((hour) => {
      const { all, bots } = countIn(read, { days: [], hoursMs: [Date.parse(`${hour}:00Z`)] }, null);
      return [hour, { people: all - bots, bots }];
    }),
  );
}

const differencesOf = (
  workspaceId: string,
  hours: readonly string[],
  inLake: ByHour,
  counted: ByHour,
): readonly Difference[] =>
  hours.flatMap((start) =>
    (['people', 'bots'] as const).flatMap((of) => {
      const apart = Math.abs((inLake.get(start) ?? NONE)[of] - (counted.get(start) ?? NONE)[of]);
      return apart === 0 ? [] : [{ workspaceId, start, of, apart }];
    }),
  );

/**
 * The workspaces to look at besides those with rows: none, while all that was counted is theirs. The clicks of an erased one are
 * remembered, or were refused, so it counts with as many as it has rows; only in the day after these left the lake, somebody
 * is looked for in vain.
 */
async function withoutRows(
  { counted }: ReconcileDeps,
  span: Span,
  known: ReadonlyMap<string, { readonly lake: ByHour; readonly counted: ByHour }>,
): Promise<ReadonlySet<string>> {
  const remembered = await counted.byHour(span);
  const isMore = [...remembered].some(([hour, clicks]) => {
    const theirs = [...known.values()].map((one) => Math.max(clicksIn(one.lake, hour), clicksIn(one.counted, hour)));
    return clicks > theirs.reduce((sum, one) => sum + one, 0);
  });
  if (!isMore) return new Set();
  return (await counted.workspaces()).difference(new Set(known.keys()));
}

const allOf = ({ people, bots }: Totals): number => people + bots;
const clicksIn = (byHour: ByHour, hour: string): number => allOf(byHour.get(hour) ?? NONE);
