import * as z from 'zod/mini';
import type { Dimension } from '../../core/clicks/row.ts';
import { DIMENSIONS } from '../../core/clicks/row.ts';
import { GRANULARITIES } from '../../core/clicks/time-buckets.ts';
import { REPORT_FORMATS, REPORT_KINDS, REPORT_STATUSES } from '../../core/reports/report.ts';
import type { ReportFailure } from '../../core/reports/report-failure.ts';
import { REPORT_FAILURES } from '../../core/reports/report-failure.ts';
import { questionMembers } from '../analytics/schemas.ts';
import { pageAnswer, pageMembers } from '../page-query.ts';

const { interval, start, end, timezone, ...filterMembers } = questionMembers;
const MAX_BREAKDOWN = 2;

const members = {
  range: z.optional(z.strictObject({ interval, start, end, timezone })),
  format: z.optional(z.enum(REPORT_FORMATS)),
};
const filtered = { ...members, filters: z.optional(z.strictObject(filterMembers)) };
const by = z.array(z.enum(DIMENSIONS)).check(
  z.minLength(1),
  z.maxLength(MAX_BREAKDOWN),
  z.refine((dimensions) => new Set(dimensions).size === dimensions.length, 'Must be different dimensions.'),
);

/** Says of an unknown kind which there are, before anything else is looked at. */
export const kindBody = z.looseObject({ kind: z.enum(REPORT_KINDS) });

export const REPORT_BODIES = {
  clicks: z.strictObject({ kind: z.literal('clicks'), ...filtered }),
  timeseries: z.strictObject({
    kind: z.literal('timeseries'),
    granularity: z.optional(z.enum(GRANULARITIES)),
    ...filtered,
  }),
  breakdown: z.strictObject({ kind: z.literal('breakdown'), by, ...filtered }),
  links: z.strictObject({ kind: z.literal('links'), ...filtered }),
  // Of the whole workspace, or it would be no usage.
  usage: z.strictObject({ kind: z.literal('usage'), ...members }),
} as const satisfies Record<(typeof REPORT_KINDS)[number], z.ZodMiniType>;

export const reportBody = z.discriminatedUnion('kind', [
  REPORT_BODIES.clicks,
  REPORT_BODIES.timeseries,
  REPORT_BODIES.breakdown,
  REPORT_BODIES.links,
  REPORT_BODIES.usage,
]);
export type ReportBody = z.infer<typeof reportBody>;

const instant = z.iso.datetime();
const values = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, z.optional(z.string())])) as Record<
  Dimension,
  z.ZodMiniOptional<z.ZodMiniString>
>;

export const reportAnswer = z.strictObject({
  report_id: z.string(),
  kind: z.enum(REPORT_KINDS),
  /** Of a timeseries. */
  granularity: z.nullable(z.enum(GRANULARITIES)),
  /** Of a breakdown. */
  by: z.nullable(z.array(z.enum(DIMENSIONS))),
  range: z.strictObject({ start: instant, end: instant, timezone: z.string() }),
  filters: z.strictObject({
    short_code: z.nullable(z.string()),
    tag: z.nullable(z.string()),
    bots: z.enum(['exclude', 'include']),
    ...values,
  }),
  format: z.enum(REPORT_FORMATS),
  status: z.enum(REPORT_STATUSES),
  /** Why it failed. */
  reason: z.nullable(
    z.strictObject({ code: z.enum(REPORT_FAILURES as [ReportFailure, ...ReportFailure[]]), message: z.string() }),
  ),
  rows: z.nullable(z.int()),
  bytes: z.nullable(z.int()),
  /** For whoever has it, until `download_expires_at`; every answer has a fresh one. */
  download_url: z.nullable(z.string()),
  download_expires_at: z.nullable(instant),
  created_by: z.enum(['member', 'api_key', 'schedule']),
  created_at: instant,
  ended_at: z.nullable(instant),
  /** When the report and its file are gone. */
  expires_at: instant,
});
export type ReportAnswer = z.infer<typeof reportAnswer>;

export const reportsQuery = z.strictObject(pageMembers);
export const reportsAnswer = pageAnswer(reportAnswer);
