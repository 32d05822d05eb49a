import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dayOf } from '../../core/clicks/counters.ts';
import { DIMENSIONS } from '../../core/clicks/row.ts';
import { timeRange } from '../../core/clicks/time-range.ts';
import { DAY_MS } from '../../core/clicks/time-zone.ts';
import { validationFailed } from '../../core/errors.ts';
import type { ClicksAsked } from '../../core/lake/clicks-between.ts';
import type { ExportDeps as CoreDeps } from '../../core/lake/export-clicks.ts';
import { exportClicks } from '../../core/lake/export-clicks.ts';
import { FORMATS } from '../../core/lake/export-format.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import { callerOf } from '../http.ts';
import { parseMembers } from '../json-body.ts';
import type { QuotaDeps } from '../quota.ts';
import { showQuota } from '../quota.ts';
import type { Open } from '../streamed-answer.ts';
import type { ExportQuery } from './schemas.ts';
import { exportQuery } from './schemas.ts';

export type ExportDeps = CoreDeps & QuotaDeps & { readonly links: Pick<LinkStore, 'find'>; readonly domain: string };

/** A day more, for a range of 31 days of a calendar whose clocks change. */
const MAX_DAYS = 31;

/** `GET /v1/clicks/export`: the clicks of a range, each as a row. */
export const openExport =
  (deps: ExportDeps): Open =>
  async (request, _event, answerHeaders) => {
    const caller = callerOf(request);
    const { format: name = 'csv', ...query } = parseMembers(exportQuery, request.query);
    const [asked] = await Promise.all([
      toClicksAsked(deps, caller.workspaceId, query),
      showQuota(deps, caller, answerHeaders).catch(() => undefined),
    ]);
    const format = FORMATS[name];
    const running = await exportClicks(deps, asked, query.bots ?? 'exclude', format);
    const fileName = `clicks-${dayOf(asked.span.startMs)}-${dayOf(asked.span.endMs - 1)}.${name}`;
    return {
      headers: { 'content-type': format.mediaType, 'content-disposition': `attachment; filename="${fileName}"` },
      async run(stream) {
        const left = new AbortController();
        stream.once('close', () => left.abort());
        try {
          await pipeline(running.text(left.signal), stream);
        } catch (error) {
          if (!isLeft(stream)) throw error;
        } finally {
          await running.stop();
        }
      },
    };
  };

/** Its reader wants no more; what fails on our side closes it with the error. */
const isLeft = ({ destroyed, errored }: Writable): boolean => destroyed && errored === null;

async function toClicksAsked(
  { links, domain, nowMs }: ExportDeps,
  workspaceId: string,
  { short_code: code, tag, ...query }: Omit<ExportQuery, 'format'>,
): Promise<ClicksAsked> {
  const span = timeRange(query, nowMs());
  if (span.endMs - span.startMs > MAX_DAYS * DAY_MS) {
    const message = `An export is of at most ${MAX_DAYS} days; a report may be of more.`;
    throw validationFailed([{ path: 'start', code: 'too_long', message }]);
  }
  const link = code === undefined ? null : await ownLink({ store: links, rules: { domain } }, workspaceId, code);
  const filters = Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => (query[dimension] === undefined ? [] : [[dimension, query[dimension]]])),
  );
  return { span, workspaceId, link, tag: tag ?? null, filters };
}
