import * as z from 'zod/mini';
import type { Session } from '../../core/accounts/session.ts';
import type { SessionStore } from '../../core/accounts/session-store.ts';
import { Failure } from '../../core/errors.ts';
import type { Page } from '../../core/links/link-store.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { parseMembers } from '../json-body.ts';
import { limitOf, pageAnswer, pageQuery } from '../page-query.ts';
import { clearedCookies } from '../session-cookies.ts';
import type { AccountsRoute } from './context.ts';

export type SessionsDeps = { readonly sessions: Pick<SessionStore, 'list' | 'end' | 'endAll'> };

const timestamp = z.iso.datetime();

export const sessionAnswer = z.strictObject({
  id: z.string(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  user_agent: z.string(),
  device: z.string(),
  country: z.string(),
  created_at: timestamp,
  last_used_at: timestamp,
  expires_at: timestamp,
});
export const sessionsAnswer = pageAnswer(sessionAnswer);
export const endAllQuery = z.object({ keep_current: z.optional(z.enum(['true', 'false'])) });

export const listSessions: AccountsRoute<SessionsDeps> = async ({ deps, request }) => {
  const { userId, sessionId } = personOf(request);
  const query = parseMembers(pageQuery, request.query);
  const list = { name: 'sessions', ownerId: userId, idPrefix: 'ses' } as const;
  const sessions = await deps.sessions.list(userId, deps.nowMs());
  const page = newestFirst(sessions, limitOf(query), afterIdOf(query, list));
  return jsonAnswer(
    200,
    pageOf(page, list, (session) => toSessionAnswer(session, sessionId)),
  );
};

/** A page of all sessions of one person, behind this id. Ids sort in the order of time. */
function newestFirst(sessions: readonly Session[], limit: number, afterId: string | null): Page<Session> {
  const rest = sessions
    .filter(({ id }) => afterId === null || id < afterId)
    .toSorted((one, other) => (one.id < other.id ? 1 : -1));
  const items = rest.slice(0, limit);
  return { items, cursor: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export const endSession: AccountsRoute<SessionsDeps> = async ({ deps, request }) => {
  const { userId, sessionId: currentId } = personOf(request);
  const sessionId = request.params['session_id'] ?? '';
  const ended = couldBeId('ses', sessionId) && (await deps.sessions.end(userId, sessionId));
  if (!ended) throw new Failure('SESSION_NOT_FOUND');
  return { status: 204, ...(sessionId === currentId ? { cookies: clearedCookies() } : {}) };
};

export const endAllSessions: AccountsRoute<SessionsDeps> = async ({ deps, request }) => {
  const { userId, sessionId } = personOf(request);
  const keepsCurrent = parseMembers(endAllQuery, request.query).keep_current === 'true';
  await deps.sessions.endAll(userId, keepsCurrent ? { exceptSessionId: sessionId } : {});
  return { status: 204, ...(keepsCurrent ? {} : { cookies: clearedCookies() }) };
};

export const toSessionAnswer = (session: Session, currentId: string): z.infer<typeof sessionAnswer> => ({
  id: session.id,
  current: session.id === currentId,
  user_agent: session.userAgent,
  device: session.device,
  country: session.country,
  created_at: new Date(session.createdAtMs).toISOString(),
  last_used_at: new Date(session.lastUsedAtMs).toISOString(),
  expires_at: new Date(session.expiresAtMs).toISOString(),
});
