import type * as z from 'zod/mini';
import type { Caller } from '../../core/accounts/caller.ts';
import { eventLimits } from '../../core/accounts/plan.ts';
import { dayOf } from '../../core/clicks/counters.ts';
import { timeRange } from '../../core/clicks/time-range.ts';
import { Failure } from '../../core/errors.ts';
import { countEvents } from '../../core/events/count-events.ts';
import type { TrackedEvent } from '../../core/events/event.ts';
import type { EventCounters } from '../../core/events/event-counters.ts';
import { revenueIn } from '../../core/events/event-counters.ts';
import type { TrackDeps as CoreDeps, EventRequest } from '../../core/events/track-event.ts';
import { trackEvent } from '../../core/events/track-event.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { AnswerHeaders, Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { QuotaDeps } from '../quota.ts';
import { showQuota, takeEvent, withQuotaShown } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import type { eventAnswer, eventsAnswer } from './schemas.ts';
import { EVENT_BODIES, eventsQuery, typedBody } from './schemas.ts';

export type TrackDeps = CoreDeps &
  QuotaDeps & {
    /** Of the limit of events, which takes nothing from that of links. */
    readonly eventLimits: QuotaDeps['rateLimits'];
  };

/** `POST /v1/analytics/track` and `GET /v1/analytics/events`: what happened behind the links, told and counted. */
export const trackHandler =
  (deps: TrackDeps): Handle =>
  async (request, answerHeaders) => {
    const caller = callerOf(request);
    switch (request.route) {
      case '/v1/analytics/track':
        return track(deps, request, caller, answerHeaders);
      case '/v1/analytics/events':
        return withQuotaShown(deps, caller, answerHeaders, () => read(deps, request, caller));
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function track(
  deps: TrackDeps,
  request: HttpRequest,
  caller: Caller,
  answerHeaders: AnswerHeaders,
): Promise<HttpAnswer> {
  const quota = { ...deps, rateLimits: deps.eventLimits };
  try {
    const event = toEventRequest(jsonBody(request));
    await takeEvent(quota, caller, answerHeaders);
    return jsonAnswer(201, toAnswer(await trackEvent(deps, caller.workspaceId, event)));
  } finally {
    // What is refused before it takes one tells what is left all the same.
    if (!answerHeaders.has('ratelimit')) {
      await Promise.allSettled([showQuota(quota, caller, answerHeaders, eventLimits)]);
    }
  }
}

function toEventRequest(body: unknown): EventRequest {
  const { type } = parseMembers(typedBody, body);
  const { event_id, short_code, occurred_at, properties = {} } = parseMembers(EVENT_BODIES[type], body);
  const occurredAtMs = occurred_at === undefined ? undefined : Date.parse(occurred_at);
  return { id: event_id, type, code: short_code, properties, occurredAtMs };
}

const toAnswer = (event: TrackedEvent): z.infer<typeof eventAnswer> => ({
  event_id: event.id,
  type: event.type,
  short_code: event.link?.code ?? null,
  properties: { ...event.properties },
  occurred_at: new Date(event.occurredAtMs).toISOString(),
  recorded_at: new Date(event.recordedAtMs).toISOString(),
});

async function read(deps: TrackDeps, request: HttpRequest, { workspaceId }: Caller): Promise<HttpAnswer> {
  const { type = null, short_code: code, ...asked } = parseMembers(eventsQuery, request.query);
  const { startMs, endMs } = timeRange(asked, deps.nowMs());
  const link = code === undefined ? null : await ownLink({ store: deps.links, rules: deps }, workspaceId, code);
  const days = { first: dayOf(startMs), last: dayOf(endMs - 1) };
  const kinds = await countEvents(deps.events, { workspaceId, link, type, ...days });
  const data = kinds.map(({ counters, days: counted, ...kind }) => ({
    type: kind.type,
    name: kind.name,
    ...toCounted(counters),
    days: counted.map(({ day, counters: ofDay }) => ({ day, ...toCounted(ofDay) })),
  }));
  const answer: z.infer<typeof eventsAnswer> = {
    short_code: link?.code ?? null,
    type,
    first_day: days.first,
    last_day: days.last,
    data,
  };
  return jsonAnswer(200, answer);
}

const toCounted = (counters: EventCounters) => ({
  events: counters['events'] ?? 0,
  revenue: [...revenueIn(counters)],
});
