import type { Caller } from '../../core/accounts/caller.ts';
import type { OnceDeps, StoredAnswer } from '../../core/accounts/idempotency.ts';
import { seededAtMs } from '../../core/accounts/idempotency.ts';
import type { SignDownload } from '../../core/download.ts';
import { Failure } from '../../core/errors.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import { orderReport } from '../../core/reports/order-report.ts';
import { cancelReport, downloadOf, ownReport, ownReports } from '../../core/reports/own-reports.ts';
import type { Report } from '../../core/reports/report.ts';
import type { SettleDeps } from '../../core/reports/settle-report.ts';
import type { AnswerHeaders, Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { QuotaDeps } from '../quota.ts';
import { takeReport, thenQuotaShown, withQuotaShown } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { toAnswer } from './answer.ts';
import { toOrder } from './order.ts';
import type { ReportAnswer } from './schemas.ts';
import { reportsQuery } from './schemas.ts';

export type ReportsDeps = SettleDeps &
  OnceDeps &
  QuotaDeps & {
    readonly links: Pick<LinkStore, 'find'>;
    readonly domain: string;
    readonly signDownload: SignDownload;
    /** Of the limit of reports, which takes nothing from that of links. */
    readonly reportLimits: QuotaDeps['rateLimits'];
  };

type Context = {
  readonly deps: ReportsDeps;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly answerHeaders: AnswerHeaders;
};

/** Order, read, list and cancel reports: parse, one verb, render. */
export const reportsHandler =
  (deps: ReportsDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request), answerHeaders };
    const { workspaceId } = context.caller;
    switch (`${request.method} ${request.route}`) {
      case 'POST /v1/reports':
        return thenQuotaShown(deps, context.caller, answerHeaders, () =>
          withIdempotency(deps, request, { workspaceId, maxBytes: MAX_BODY_BYTES }, (seed) => order(context, seed)),
        );
      case 'GET /v1/reports':
        return withQuotaShown(deps, context.caller, answerHeaders, () => list(context));
      case 'GET /v1/reports/{report_id}':
        return withQuotaShown(deps, context.caller, answerHeaders, () => read(context, ownReport));
      case 'POST /v1/reports/{report_id}/cancel':
        return withQuotaShown(deps, context.caller, answerHeaders, () => read(context, cancelReport));
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function order({ deps, request, caller, answerHeaders }: Context, seed: string): Promise<StoredAnswer> {
  const wanted = await toOrder(deps, caller.workspaceId, jsonBody(request), seededAtMs(seed));
  await takeReport({ ...deps, rateLimits: deps.reportLimits }, caller, answerHeaders);
  const report = await orderReport(deps, caller, wanted, seed);
  // A repeat is answered with the very same bytes, so they tell nothing that ends.
  return stored(jsonAnswer(202, toAnswer(report, null), { location: `/v1/reports/${report.id}` }));
}

async function list({ deps, request, caller: { workspaceId } }: Context): Promise<HttpAnswer> {
  const query = parseMembers(reportsQuery, request.query);
  const list = { name: 'reports', ownerId: workspaceId, idPrefix: 'rep' } as const;
  const page = await ownReports(deps, workspaceId, limitOf(query), afterIdOf(query, list));
  const answers = await Promise.all(page.items.map((report) => answerOf(deps, report)));
  return jsonAnswer(
    200,
    pageOf({ items: answers, cursor: page.cursor }, list, (answer) => answer),
  );
}

async function read(
  { deps, request, caller }: Context,
  verb: (deps: SettleDeps, workspaceId: string, id: string) => Promise<Report>,
): Promise<HttpAnswer> {
  const report = await verb(deps, caller.workspaceId, request.params['report_id'] ?? '');
  return jsonAnswer(200, await answerOf(deps, report));
}

const answerOf = async ({ signDownload }: ReportsDeps, report: Report): Promise<ReportAnswer> =>
  toAnswer(report, await downloadOf(signDownload, report));
