import type { Granularity, TimeBucket } from '../clicks/time-buckets.ts';
import { timeBuckets } from '../clicks/time-buckets.ts';
import type { LakeRow } from '../lake/lake-queries.ts';
import type { ReportOrder } from './report.ts';
import { MAX_REPORT_ROWS } from './report.ts';
import type { ColumnType, ReportColumn, ReportRow, ReportValue } from './report-columns.ts';
import { columnsOf } from './report-columns.ts';
import { TooManyRows } from './report-failure.ts';

/** The rows of a report, from those of its query, as they come. Throws TooManyRows. */
export function rowsOf(order: ReportOrder, found: AsyncIterable<LakeRow>): AsyncIterable<ReportRow> {
  const columns = columnsOf(order.subject);
  const granularity = granularityOf(order);
  return granularity === null ? readRows(columns, found) : filledPeriods(order, granularity, columns, found);
}

const granularityOf = ({ subject }: ReportOrder): Granularity | null => {
  if (subject.kind === 'timeseries') return subject.granularity;
  return subject.kind === 'usage' ? 'day' : null;
};

async function* readRows(columns: readonly ReportColumn[], found: AsyncIterable<LakeRow>): AsyncGenerator<ReportRow> {
  let rows = 0;
  for await (const row of found) {
    rows += 1;
    if (rows > MAX_REPORT_ROWS) throw new TooManyRows(`more than ${MAX_REPORT_ROWS} rows`);
    yield columns.map(({ name, type }) => valueOf(row[name] ?? null, type));
  }
}

/** A query knows the periods with clicks; a report has those between as well. A year of hours is the most there is. */
async function* filledPeriods(
  { range }: ReportOrder,
  granularity: Granularity,
  columns: readonly ReportColumn[],
  found: AsyncIterable<LakeRow>,
): AsyncGenerator<ReportRow> {
  const rows = new Map<string, LakeRow>();
  for await (const row of found) rows.set(periodName(granularity, row['period'] ?? ''), row);
  for (const bucket of timeBuckets(range, granularity)) {
    const row = rows.get(granularity === 'hour' ? String(bucket.startMs) : bucket.label);
    yield columns.map((column) => periodValue(column, bucket, row));
  }
}

function periodValue({ name, type }: ReportColumn, bucket: TimeBucket, row: LakeRow | undefined): ReportValue {
  if (name === 'start') return bucket.startMs;
  return name === 'label' ? bucket.label : valueOf(row?.[name] ?? '0', type);
}

/** Days, weeks and months are called as `time-buckets.ts` calls them; hours by their instant, for clocks show some twice. */
function periodName(granularity: Granularity, period: string): string {
  if (granularity === 'hour') return String(instantOf(period));
  return period.slice(0, granularity === 'month' ? 'YYYY-MM'.length : 'YYYY-MM-DD'.length);
}

/** `2026-11-21 14:00:00.123`, in UTC. */
const instantOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

function valueOf(text: string | null, type: ColumnType): ReportValue {
  if (text === null) return null;
  switch (type) {
    case 'text':
      return text;
    case 'texts':
      return JSON.parse(text) as readonly string[];
    case 'count':
      return Number(text);
    case 'flag':
      return text === 'true';
    case 'instant':
      return instantOf(text);
  }
}
