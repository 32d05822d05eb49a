import type { Caller } from '../../core/accounts/caller.ts';
import { breakdown } from '../../core/clicks/breakdown.ts';
import type { AnalyticsDeps as CoreDeps } from '../../core/clicks/question.ts';
import { instant, spanAnswer } from '../../core/clicks/question.ts';
import { clicksOf } from '../../core/clicks/range-counts.ts';
import { summary } from '../../core/clicks/summary.ts';
import { usualGranularity } from '../../core/clicks/time-buckets.ts';
import type { TimeRange } from '../../core/clicks/time-range.ts';
import { timeSeries } from '../../core/clicks/timeseries.ts';
import { Failure } from '../../core/errors.ts';
import type { AnswerDeps, Answered } from '../../core/lake/answer-question.ts';
import { answerQuestion } from '../../core/lake/answer-question.ts';
import type { FilteredQuestion } from '../../core/lake/lake-numbers.ts';
import { lakeBreakdown, lakeSummary, lakeTimeSeries } from '../../core/lake/lake-numbers.ts';
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

export type AnalyticsDeps = QuotaDeps & CoreDeps & AnswerDeps & { readonly store: LinkStore; readonly domain: string };

type Context = { readonly deps: AnalyticsDeps; readonly request: HttpRequest; readonly caller: Caller };
type Rendered = { readonly members: Readonly<Record<string, unknown>>; readonly countedThroughMs: number };
type Verb = (context: Context) => Promise<Rendered>;

/** Numbers of a workspace, a tag or a link: parse, one question, render. */
export const analyticsHandler =
  (deps: AnalyticsDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request) };
    const verb = VERBS[request.route];
    if (verb === undefined) throw new Failure('NOT_FOUND');
    return withQuotaShown(deps, context.caller, answerHeaders, async () => {
      const { members, countedThroughMs } = await verb(context);
      return conditionalAnswer(request, members, instant(countedThroughMs));
    });
  };

const VERBS: Readonly<Record<string, Verb>> = {
  '/v1/analytics/summary': summaryNumbers,
  '/v1/analytics/timeseries': timeSeriesNumbers,
  '/v1/analytics/breakdown': breakdownNumbers,
  '/v1/urls/{code}/stats': statsNumbers,
};

async function summaryNumbers({ deps, request, caller }: Context): Promise<Rendered> {
  const { compare: compared, answered_by, ...query } = parseMembers(summaryQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const compare = compared === 'previous';
  const answered = await answerQuestion(deps, question, answered_by, {
    byCounters: (plain) => summary(deps, plain, { compare }),
    byLake: (filtered) => lakeSummary(deps, filtered, { compare }),
    areCountersWhole: false,
  });
  const { range, previous, ...numbers } = answered.numbers;
  return rendered(question, range, answered, {
    ...numbers,
    previous: previous && { ...spanAnswer(previous.range), totals: previous.totals, change: previous.change },
  });
}

async function timeSeriesNumbers({ deps, request, caller }: Context): Promise<Rendered> {
  const { granularity: asked, answered_by, ...query } = parseMembers(timeSeriesQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const granularity = asked ?? usualGranularity(question.range);
  const answered = await answerQuestion(deps, question, answered_by, {
    byCounters: (plain) => timeSeries(deps, plain, granularity),
    byLake: (filtered) => lakeTimeSeries(deps, filtered, granularity),
    areCountersWhole: true,
  });
  const { total, series } = answered.numbers;
  const people = clicksOf(total, 'exclude');
  const totals = { clicks: clicksOf(total, question.policy), people, bots: total.bots };
  return rendered(question, question.range, answered, { granularity, totals, series });
}

async function breakdownNumbers({ deps, request, caller }: Context): Promise<Rendered> {
  const { by, limit, cursor, answered_by, ...query } = parseMembers(breakdownQuery, request.query);
  const question = await toQuestion(deps, caller.workspaceId, query);
  const position = decodePosition(cursor, question, by, caller.workspaceId);
  const page = { by, limit: limitOf({ limit }), after: position?.after ?? null };
  const inRange = { ...question, range: position?.range ?? question.range };
  const answered = await answerQuestion(deps, inRange, answered_by, {
    byCounters: (plain) => breakdown(deps, plain, page),
    byLake: (filtered) => lakeBreakdown(deps, filtered, page),
    areCountersWhole: question.filters.every(({ dimension }) => dimension === by),
  });
  const { range, clicks, values, last } = answered.numbers;
  const next_cursor = encodePosition(question, by, caller.workspaceId, range, last);
  return rendered(question, range, answered, { by, clicks, data: values, next_cursor });
}

/** Answers with whom it was answered by; `range` is what was counted. */
const rendered = (
  question: FilteredQuestion,
  range: TimeRange,
  { answeredBy, countedThroughMs }: Omit<Answered<unknown>, 'numbers'>,
  numbers: Readonly<Record<string, unknown>>,
): Rendered => ({
  members: { ...askedMembers(question, range), answered_by: answeredBy, ...numbers },
  countedThroughMs,
});

async function statsNumbers({ deps, request, caller }: Context): Promise<Rendered> {
  const query = parseMembers(statsQuery, request.query);
  const countedThroughMs = await deps.counts.countedThroughMs();
  const link = await ownLink({ store: deps.store, rules: deps }, caller.workspaceId, request.params['code'] ?? '');
  return { members: await statsOf(deps.counts, link, query, deps.nowMs()), countedThroughMs };
}
