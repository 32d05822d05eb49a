import { spanAnswer } from '../../core/clicks/question.ts';
import type { Download } from '../../core/download.ts';
import type { Report } from '../../core/reports/report.ts';
import { expiresAtMs } from '../../core/reports/report.ts';
import { sentenceOf } from '../../core/reports/report-failure.ts';
import type { ReportAnswer } from './schemas.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

/** A report as customers see it. */
export function toAnswer(report: Report, download: Download | null): ReportAnswer {
  const { subject, range, filters, format } = report.order;
  const { state } = report;
  return {
    report_id: report.id,
    kind: subject.kind,
    granularity: subject.kind === 'timeseries' ? subject.granularity : null,
    by: subject.kind === 'breakdown' ? [...subject.by] : null,
    range: { ...spanAnswer(range), timezone: range.timezone },
    filters: { short_code: filters.link?.code ?? null, tag: filters.tag, bots: filters.bots, ...filters.values },
    format,
    status: state.status,
    reason: state.status === 'failed' ? { code: state.failure, message: sentenceOf(state.failure) } : null,
    rows: state.status === 'succeeded' ? state.rows : null,
    bytes: state.status === 'succeeded' ? state.bytes : null,
    download_url: download?.url ?? null,
    download_expires_at: download === null ? null : instant(download.expiresAtMs),
    created_by: report.author,
    created_at: instant(report.createdAtMs),
    ended_at: 'endedAtMs' in state ? instant(state.endedAtMs) : null,
    expires_at: instant(expiresAtMs(report)),
  };
}
