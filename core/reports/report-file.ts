import type { Report, ReportFormat } from './report.ts';
import { REPORTS_PREFIX } from './report-place.ts';

const CONTENT_TYPES: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

/** Where the files of a workspace's reports are. */
export const reportsPrefix = (workspaceId: string): string => `${REPORTS_PREFIX}${workspaceId}/`;

export const fileOf = ({ workspaceId, id, order }: Report) => ({
  key: `${reportsPrefix(workspaceId)}${id}.${order.format}`,
  contentType: CONTENT_TYPES[order.format],
});

const MINUTE_MS = 60_000;

/** `signpost-links-2026-10-01-to-2026-10-31.csv`: days in the report's own time zone would need it in the name, so they are UTC. */
export function fileNameOf({ order: { subject, range, format } }: Report): string {
  const [first, last] = [range.startMs, range.endMs - MINUTE_MS].map((ms) => new Date(ms).toISOString().slice(0, 10));
  return `signpost-${subject.kind}-${first}${first === last ? '' : `-to-${last}`}.${format}`;
}
