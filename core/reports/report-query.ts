import { breakdownReport } from '../lake/breakdown-report.ts';
import type { ClicksAsked } from '../lake/clicks-between.ts';
import { clicksExport } from '../lake/clicks-export.ts';
import { linksReport } from '../lake/links-report.ts';
import type { Sql } from '../lake/sql.ts';
import { sql, whole } from '../lake/sql.ts';
import { timeSeriesReport } from '../lake/timeseries-report.ts';
import { usageReport } from '../lake/usage-report.ts';
import type { Report } from './report.ts';
import { MAX_REPORT_ROWS } from './report.ts';

/** One row more than a report may have tells that it has too many. */
const MAX_ROWS_ASKED = MAX_REPORT_ROWS + 1;

/** The question to the lake that a report is made from. */
export function queryOf({ workspaceId, order: { subject, range, filters } }: Report): Sql {
  const { startMs, endMs, timezone } = range;
  const { link, tag, values, bots } = filters;
  const asked: ClicksAsked = { span: { startMs, endMs }, workspaceId, link, tag, filters: values };
  switch (subject.kind) {
    case 'clicks':
      return sql`${clicksExport(asked, bots)}
LIMIT ${whole(MAX_ROWS_ASKED)}`;
    case 'timeseries':
      return timeSeriesReport(asked, timezone, subject.granularity, bots);
    case 'breakdown':
      return breakdownReport(asked, subject.by, bots, MAX_ROWS_ASKED);
    case 'links':
      return linksReport(asked, bots, MAX_ROWS_ASKED);
    case 'usage':
      return usageReport(asked, timezone, bots);
  }
}
