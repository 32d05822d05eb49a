import * as z from 'zod/mini';
import { dayOf } from '../../core/clicks/counters.ts';
import type { ClickStats } from '../../core/clicks/link-stats.ts';
import { linkStats } from '../../core/clicks/link-stats.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import type { Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { parseMembers } from '../json-body.ts';
import type { QuotaDeps } from '../quota.ts';
import { withQuotaShown } from '../quota.ts';

export type StatsDeps = QuotaDeps & { readonly store: LinkStore; readonly stats: ClickStats; readonly domain: string };

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAYS_RULE = `Must be a whole number from 1 to ${MAX_DAYS}.`;
const DAY_MS = 86_400_000;

export const statsQuery = z.object({
  days: z.optional(
    z.string().check(
      z.regex(/^[1-9]\d{0,2}$/, DAYS_RULE),
      z.refine((days) => Number(days) <= MAX_DAYS, DAYS_RULE),
    ),
  ),
});

/** `GET /v1/urls/{code}/stats`: all-time total, and hours, days, countries and devices of the last `days` (UTC). */
export const statsHandler =
  (deps: StatsDeps): Handle =>
  async (request, answerHeaders) => {
    const caller = callerOf(request);
    return withQuotaShown(deps, caller, answerHeaders, async () =>
      jsonAnswer(200, await read(deps, caller.workspaceId, request.params['code'] ?? '', request.query)),
    );
  };

async function read(deps: StatsDeps, workspaceId: string, code: string, query: Readonly<Record<string, string>>) {
  const days = Number(parseMembers(statsQuery, query).days ?? DEFAULT_DAYS);
  const link = await ownLink({ store: deps.store, rules: deps }, workspaceId, code);
  const fromDay = dayOf(deps.nowMs() - (days - 1) * DAY_MS);
  const counted = await deps.stats.read(link.domain, link.code, fromDay);
  return { short_code: link.code, from_day: fromDay, timezone: 'UTC', ...linkStats(counted) };
}

const clicksBy = (name: string) => z.array(z.strictObject({ [name]: z.string(), clicks: z.int() }));

export const statsAnswer = z.strictObject({
  short_code: z.string(),
  from_day: z.string(),
  timezone: z.literal('UTC'),
  total: z.int(),
  bots: z.int(),
  by_day: clicksBy('day'),
  by_hour: clicksBy('hour'),
  by_country: clicksBy('country'),
  by_device: clicksBy('device'),
});
