import type { BotPolicy } from '../clicks/range-counts.ts';
import type { Dimension } from '../clicks/row.ts';
import type { Granularity } from '../clicks/time-buckets.ts';
import type { TimeRange } from '../clicks/time-range.ts';
import type { ReportFailure } from './report-failure.ts';
import { REPORT_KEPT_DAYS } from './report-place.ts';

export const REPORT_KINDS = ['clicks', 'timeseries', 'breakdown', 'links', 'usage'] as const;
export const REPORT_FORMATS = ['csv', 'json', 'parquet'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a report is of. */
export type ReportSubject =
  /** Every click, once. */
  | { readonly kind: 'clicks' }
  | { readonly kind: 'timeseries'; readonly granularity: Granularity }
  /** By one dimension or two. */
  | { readonly kind: 'breakdown'; readonly by: readonly Dimension[] }
  /** By link. */
  | { readonly kind: 'links' }
  /** What the workspace used, by day. */
  | { readonly kind: 'usage' };

/** Which clicks it is about. */
export type ReportFilters = {
  readonly link: { readonly domain: string; readonly code: string } | null;
  readonly tag: string | null;
  readonly bots: BotPolicy;
  readonly values: { readonly [D in Dimension]?: string };
};

export type ReportOrder = {
  readonly subject: ReportSubject;
  readonly range: TimeRange;
  readonly filters: ReportFilters;
  readonly format: ReportFormat;
};

/** No ids of people: a report outlives the account that asked for it. */
export type ReportAuthor = 'member' | 'api_key' | 'schedule';

export type ReportState =
  | { readonly status: 'queued' }
  | { readonly status: 'running'; readonly startedAtMs: number }
  | { readonly status: 'succeeded'; readonly endedAtMs: number; readonly rows: number; readonly bytes: number }
  | { readonly status: 'failed'; readonly endedAtMs: number; readonly failure: ReportFailure }
  | { readonly status: 'cancelled'; readonly endedAtMs: number };

export const REPORT_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly ReportState['status'][];

export type Report = {
  /** Names its run as well, so that no report is ever made twice. */
  readonly id: string;
  readonly workspaceId: string;
  readonly order: ReportOrder;
  readonly author: ReportAuthor;
  readonly createdAtMs: number;
  readonly state: ReportState;
};

const DAY_MS = 86_400_000;
/** As long as the results bucket keeps its file. */
export const expiresAtMs = ({ createdAtMs }: Pick<Report, 'createdAtMs'>): number =>
  createdAtMs + REPORT_KEPT_DAYS * DAY_MS;

export const isOpen = ({ status }: ReportState): boolean => status === 'queued' || status === 'running';

/** The most rows of a report: what one function writes in a quarter of an hour, with room to spare. */
export const MAX_REPORT_ROWS = 5_000_000;
/** Reports that a workspace may have open at once. */
export const MAX_OPEN_REPORTS = 10;
