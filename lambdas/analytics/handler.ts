import type { Caller } from '../../core/accounts/caller.ts';
import { breakdown } from '../../core/clicks/breakdown.ts';
import type { AnalyticsDeps as CoreDeps } from '../../core/clicks/question.ts';
import { instant, spanAnswer } from '../../core/clicks/question.ts';
import { clicksOf } from '../../core/clicks/range-counts.ts';
import { summary } from '../../core/clicks/summary.ts';
import { usualGranularity } from '../../core/clicks/time-buckets.ts';
import { timeSeries } from '../../core/clicks/timeseries.ts';
import { Failure } from '../../core/errors.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import type { Handle } from '../http.ts';
import { callerOf } from '../http.ts';
import { parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { QuotaDeps } from '../quota.ts';
import { withQuotaShown } from '../quota.ts';
import type { HttpRequest } from '../request.ts';
import { decodePosition, encodePosition } from './breakdown-cursor.ts';
import { conditionalAnswer } from './conditional-answer.ts';
import { statsOf, statsQuery } from './link-stats.ts';
import { askedMembers, toQuestion } from './question.ts';
import { breakdownQuery, summaryQuery, timeSeriesQuery } from './schemas.ts';

export type AnalyticsDeps = QuotaDeps & CoreDeps & { readonly store: LinkStore; readonly domain: string };

type Context = { readonly deps: AnalyticsDeps; readonly request: HttpRequest; readonly caller: Caller };
type Numbers = Readonly<Record<string, unknown>>;
type Verb = (context: Context) => Promise<Numbers>;

/** Numbers of a workspace, a tag or a link: parse, one question, render. */
export const analyticsHandler =
  (deps: AnalyticsDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request) };
    const verb = VERBS[request.route];
    if (verb === undefined) throw new Failure('NOT_FOUND');
    return withQuotaShown(deps, context.caller, answerHeaders, async () => {
      // Looked up first: what it promises must be true of the numbers that are read afterwards.
      const countedThroughMs = await deps.counts.countedThroughMs();
      return conditionalAnswer(request, await verb(context), instant(countedThroughMs));
    });
  };

const VERBS: Readonly<Record<string, Verb>> = {
  '/v1/analytics/summary': summaryNumbers,
  '/v1/analytics/timeseries': timeSeriesNumbers,
  '/v1/analytics/breakdown': breakdownNumbers,
  '/v1/urls/{code}/stats': statsNumbers,
};

async function summaryNumbers({ deps, request, caller }: Context): Promise<Numbers> {
  const { compare, ...query } = parseMembers(summaryQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const { range, previous, ...numbers } = await summary(deps, question, { compare: compare === 'previous' });
  return {
    ...askedMembers(question, range),
    ...numbers,
    previous: previous && { ...spanAnswer(previous.range), totals: previous.totals, change: previous.change },
  };
}

async function timeSeriesNumbers({ deps, request, caller }: Context): Promise<Numbers> {
  const { granularity: asked, ...query } = parseMembers(timeSeriesQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const granularity = asked ?? usualGranularity(question.range);
  const { total, series } = await timeSeries(deps, question, granularity);
  const people = clicksOf(total, 'exclude');
  const totals = { clicks: clicksOf(total, question.policy), people, bots: total.bots };
  return { ...askedMembers(question, question.range), granularity, totals, series };
}

async function breakdownNumbers({ deps, request, caller }: Context): Promise<Numbers> {
  const { by, limit, cursor, ...query } = parseMembers(breakdownQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const position = decodePosition(cursor, question, by, caller.workspaceId);
  const { range, clicks, values, last } = await breakdown(
    deps,
    { ...question, range: position?.range ?? question.range },
    { by, limit: limitOf({ limit }), after: position?.after ?? null },
  );
  return {
    ...askedMembers(question, range),
    by,
    clicks,
    data: values,
    next_cursor: encodePosition(question, by, caller.workspaceId, range, last),
  };
}

async function statsNumbers({ deps, request, caller }: Context): Promise<Numbers> {
  const query = parseMembers(statsQuery, request.query);
  const link = await ownLink({ store: deps.store, rules: deps }, caller.workspaceId, request.params['code'] ?? '');
  return statsOf(deps.counts, link, query, deps.nowMs());
}
