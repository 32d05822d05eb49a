import * as z from 'zod/mini';
import type { Dimension } from '../core/clicks/row.ts';
import { DIMENSIONS } from '../core/clicks/row.ts';
import { GRANULARITIES } from '../core/clicks/time-buckets.ts';
import type { Report, ReportState } from '../core/reports/report.ts';
import { expiresAtMs, REPORT_FORMATS } from '../core/reports/report.ts';
import type { ReportFailure } from '../core/reports/report-failure.ts';
import { REPORT_FAILURES } from '../core/reports/report-failure.ts';
import type { Item } from './items-of.ts';
import { jobsPartition, REPORT_JOB_PREFIX, reportJobKey } from './table.ts';

export const toReportItem = (report: Report) => ({
  ...reportJobKey(report.workspaceId, report.id),
  // Read as a whole, and never asked for in parts.
  order_json: JSON.stringify(report.order),
  author: report.author,
  created_at_ms: report.createdAtMs,
  ttl_s: Math.ceil(expiresAtMs(report) / 1_000),
  ...stateMembers(report.state),
});

/** The attributes that a state has, by name; another state's are left as they were. */
export function stateMembers(state: ReportState): Readonly<Record<string, string | number>> {
  switch (state.status) {
    case 'queued':
      return { status: state.status };
    case 'running':
      return { status: state.status, started_at_ms: state.startedAtMs };
    case 'succeeded':
      return { status: state.status, ended_at_ms: state.endedAtMs, rows: state.rows, bytes: state.bytes };
    case 'failed':
      return { status: state.status, ended_at_ms: state.endedAtMs, failure: state.failure };
    case 'cancelled':
      return { status: state.status, ended_at_ms: state.endedAtMs };
  }
}

const failure = z.enum(REPORT_FAILURES as [ReportFailure, ...ReportFailure[]]);
const ms = z.int();

const state = z.discriminatedUnion('status', [
  z.object({ status: z.literal('queued') }),
  z.object({ status: z.literal('running'), started_at_ms: ms }),
  z.object({ status: z.literal('succeeded'), ended_at_ms: ms, rows: z.int(), bytes: z.int() }),
  z.object({ status: z.literal('failed'), ended_at_ms: ms, failure }),
  z.object({ status: z.literal('cancelled'), ended_at_ms: ms }),
]);

const values: Readonly<Record<Dimension, z.ZodMiniOptional<z.ZodMiniString>>> = Object.fromEntries(
  DIMENSIONS.map((dimension) => [dimension, z.optional(z.string())]),
) as Record<Dimension, z.ZodMiniOptional<z.ZodMiniString>>;

const order = z.object({
  subject: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('clicks') }),
    z.object({ kind: z.literal('timeseries'), granularity: z.enum(GRANULARITIES) }),
    z.object({ kind: z.literal('breakdown'), by: z.array(z.enum(DIMENSIONS)) }),
    z.object({ kind: z.literal('links') }),
    z.object({ kind: z.literal('usage') }),
  ]),
  range: z.object({ startMs: ms, endMs: ms, timezone: z.string() }),
  filters: z.object({
    link: z.nullable(z.object({ domain: z.string(), code: z.string() })),
    tag: z.nullable(z.string()),
    bots: z.enum(['include', 'exclude']),
    values: z.object(values),
  }),
  format: z.enum(REPORT_FORMATS),
});

const item = z.object({
  pk: z.string(),
  sk: z.string(),
  order_json: z.string(),
  author: z.enum(['member', 'api_key', 'schedule']),
  created_at_ms: ms,
});

/** Throws on an item that `toReportItem` did not make. */
export function fromReportItem(found: Item): Report {
  const { pk, sk, order_json, author, created_at_ms } = item.parse(found);
  return {
    id: sk.slice(REPORT_JOB_PREFIX.length),
    workspaceId: pk.slice(jobsPartition('').length),
    order: order.parse(JSON.parse(order_json)),
    author,
    createdAtMs: created_at_ms,
    state: stateOf(state.parse(found)),
  };
}

function stateOf(found: z.infer<typeof state>): ReportState {
  switch (found.status) {
    case 'queued':
      return { status: found.status };
    case 'running':
      return { status: found.status, startedAtMs: found.started_at_ms };
    case 'succeeded':
      return { status: found.status, endedAtMs: found.ended_at_ms, rows: found.rows, bytes: found.bytes };
    case 'failed':
      return { status: found.status, endedAtMs: found.ended_at_ms, failure: found.failure };
    case 'cancelled':
      return { status: found.status, endedAtMs: found.ended_at_ms };
  }
}
