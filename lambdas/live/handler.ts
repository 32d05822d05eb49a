import type { AuthenticateDeps } from '../../core/accounts/authenticate.ts';
import { decodePosition, encodePosition } from '../../core/clicks/live-position.ts';
import { RENEWAL_MS } from '../../core/clicks/live-watch.ts';
import type { LiveView, WatchLiveDeps } from '../../core/clicks/watch-live.ts';
import { watchLive } from '../../core/clicks/watch-live.ts';
import { validationFailed } from '../../core/errors.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import type { OpenStream, RunStream } from '../event-stream.ts';
import { callerOf } from '../http.ts';
import type { QuotaDeps } from '../quota.ts';
import { showQuota } from '../quota.ts';
import type { HttpRequest } from '../request.ts';
import { HEARTBEAT_MS } from '../server-sent-events.ts';
import { AUTHENTICATION_MS, every, stillMay } from '../still-may.ts';
import { clickDataOf } from './click-event.ts';

export type LiveDeps = WatchLiveDeps &
  QuotaDeps & {
    readonly links: LinkStore;
    readonly domain: string;
    /** Who may watch is asked again all the time. */
    readonly authenticate: AuthenticateDeps;
    readonly sleep: (delayMs: number) => Promise<unknown>;
  };

const MAX_NAME_LENGTH = 50;
/** Part of "an event within two seconds of the click". */
const POLL_MS = 300;
/** A stream ends itself while there is time to say when to come back. */
const END_MS = 10_000;
const RECONNECT_AFTER_MS = 250;
/** Whoever may not watch any more is refused when they come back, so they need not hurry. */
const RECONNECT_AFTER_LOSS_MS = 5_000;

/** `GET /v1/analytics/live` and `GET /v1/urls/{code}/clicks/live`: clicks as they happen. */
export const openLive =
  (deps: LiveDeps): OpenStream =>
  async (request, event, answerHeaders) => {
    const caller = callerOf(request);
    const { workspaceId } = caller;
    requireNoQuery(request);
    await Promise.allSettled([showQuota(deps, caller, answerHeaders)]);
    const { code } = request.params;
    const link = code === undefined ? null : await ownLink({ store: deps.links, rules: deps }, workspaceId, code);
    const after = lastPosition(request);
    const view = await watchLive(deps, { workspaceId, link, after });
    const mayStill = stillMay(deps.authenticate, event, workspaceId, 'analytics:read');
    return async (sink, context) => {
      const ready = { short_code: link?.code ?? null, resumed: after !== null, complete: view.isComplete };
      try {
        await sink.send({ event: 'ready', id: encodePosition(view.position()), data: ready });
        return await follow(deps, view, mayStill)(sink, context);
      } finally {
        await view.close();
      }
    };
  };

/** Whoever asks for `?short_code=` here would be shown all clicks. Throws VALIDATION_FAILED. */
function requireNoQuery({ query }: HttpRequest): void {
  const [path] = Object.keys(query);
  if (path === undefined) return;
  const message = 'A stream takes no query; clicks of one link are at /v1/urls/{code}/clicks/live.';
  throw validationFailed([{ path: path.slice(0, MAX_NAME_LENGTH), code: 'unknown_member', message }]);
}

/** Throws VALIDATION_FAILED for an id that is of no stream of ours. */
function lastPosition({ headers }: HttpRequest) {
  const id = headers['last-event-id'];
  if (id === undefined || id === '') return null;
  const position = decodePosition(id);
  if (position === null) {
    const message = 'Must be the id of an event of this stream.';
    throw validationFailed([{ path: 'Last-Event-ID', code: 'invalid_event_id', message }]);
  }
  return position;
}

const follow =
  ({ nowMs, sleep }: LiveDeps, view: LiveView, mayStill: () => Promise<boolean>): RunStream =>
  async (sink, { getRemainingTimeInMillis }) => {
    const isTimeForHeartbeat = every(HEARTBEAT_MS, nowMs);
    const isTimeToRenew = every(RENEWAL_MS, nowMs);
    const isTimeToAsk = every(AUTHENTICATION_MS, nowMs);
    while (!sink.isGone() && getRemainingTimeInMillis() > END_MS) {
      if (isTimeToAsk() && !(await mayStill())) return { reconnectAfterMs: RECONNECT_AFTER_LOSS_MS };
      for (const { click, position } of await view.next()) {
        await sink.send({ event: 'click', id: encodePosition(position), data: clickDataOf(click) });
      }
      if (isTimeForHeartbeat()) await sink.heartbeat(encodePosition(view.position()));
      // Clicks went unfiled for a while: a new stream says so.
      if (isTimeToRenew() && !(await view.renew())) break;
      await sleep(POLL_MS);
    }
    return { reconnectAfterMs: RECONNECT_AFTER_MS };
  };
