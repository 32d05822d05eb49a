import { DIMENSIONS } from '../../core/clicks/row.ts';
import { usualGranularity } from '../../core/clicks/time-buckets.ts';
import type { RangeRequest, TimeRange } from '../../core/clicks/time-range.ts';
import { timeRange } from '../../core/clicks/time-range.ts';
import type { MemberError } from '../../core/errors.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import type { ReportFilters, ReportOrder, ReportSubject } from '../../core/reports/report.ts';
import { parseMembers } from '../json-body.ts';
import type { ReportBody } from './schemas.ts';
import { kindBody, REPORT_BODIES } from './schemas.ts';

type OrderDeps = { readonly links: Pick<LinkStore, 'find'>; readonly domain: string };

/** What a body orders, at a moment. Throws VALIDATION_FAILED or, of another workspace's link, URL_NOT_FOUND. */
export async function toOrder(
  deps: OrderDeps,
  workspaceId: string,
  json: unknown,
  nowMs: number,
): Promise<ReportOrder> {
  const body = parseMembers(REPORT_BODIES[parseMembers(kindBody, json).kind], json);
  const range = rangeOf(body.range ?? {}, nowMs);
  const filters = await filtersOf(deps, workspaceId, body);
  return { subject: subjectOf(body, range), range, filters, format: body.format ?? 'csv' };
}

/** The range's rules speak of its members, which here are members of `range`. */
function rangeOf(request: RangeRequest, nowMs: number): TimeRange {
  try {
    return timeRange(request, nowMs);
  } catch (error) {
    if (!(error instanceof Failure) || error.word !== 'VALIDATION_FAILED') throw error;
    const errors = error.details['errors'] as readonly MemberError[];
    throw validationFailed(errors.map((each) => ({ ...each, path: `range.${each.path}` })));
  }
}

function subjectOf(body: ReportBody, range: TimeRange): ReportSubject {
  if (body.kind === 'breakdown') return { kind: body.kind, by: body.by };
  if (body.kind !== 'timeseries') return { kind: body.kind };
  return { kind: body.kind, granularity: body.granularity ?? usualGranularity(range) };
}

async function filtersOf(deps: OrderDeps, workspaceId: string, body: ReportBody): Promise<ReportFilters> {
  const {
    short_code: code,
    tag = null,
    bots = 'exclude',
    ...asked
  } = body.kind === 'usage' ? {} : (body.filters ?? {});
  const link = code === undefined ? null : await ownLink({ store: deps.links, rules: deps }, workspaceId, code);
  const values = Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => (asked[dimension] === undefined ? [] : [[dimension, asked[dimension]]])),
  );
  return { link: link && { domain: link.domain, code: link.code }, tag, bots, values };
}
