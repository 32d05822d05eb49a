import { Failure } from '../errors.ts';
import { couldBeCode } from './alias.ts';
import type { Link } from './link.ts';
import { matchesLinkPassword } from './link-password.ts';
import { signUnlockToken } from './sign-unlock-token.ts';

/** Contract: after 5 wrong passwords per link and client in 10 minutes even the right one is refused. */
export const MAX_ATTEMPTS = 5;
/** A guesser with many addresses is stopped here (reference bar: 100 per link and hour). */
export const MAX_ATTEMPTS_PER_LINK = 100;
export const ATTEMPT_WINDOW_S = 600;
export const LINK_ATTEMPT_WINDOW_S = 3_600;

export type AttemptLimit = { readonly max: number; readonly windowS: number };
export const CLIENT_LIMIT: AttemptLimit = { max: MAX_ATTEMPTS, windowS: ATTEMPT_WINDOW_S };
export const LINK_LIMIT: AttemptLimit = { max: MAX_ATTEMPTS_PER_LINK, windowS: LINK_ATTEMPT_WINDOW_S };

export type AttemptState = { readonly allowed: boolean; readonly remaining: number; readonly resetAtMs: number };

export type AttemptStore = {
  /** Counts one attempt before the password is looked at, by a conditional write, so parallel guesses are counted too. */
  take(domain: string, code: string, client: string, limit: AttemptLimit, nowMs: number): Promise<AttemptState>;
  /** A right password is no attempt. */
  giveBack(domain: string, code: string, client: string): Promise<void>;
};

export type UnlockDeps = {
  readonly store: { find(domain: string, code: string): Promise<Link | null> };
  readonly attempts: AttemptStore;
  readonly nowMs: () => number;
};

/** `client` is a hash of the viewer's address: addresses are not stored. */
export type UnlockRequest = {
  readonly domain: string;
  readonly code: string;
  readonly password: string;
  readonly client: string;
};

/** The key under which all clients of a link are counted together. */
const EVERYONE = 'everyone';

/**
 * Answers an unlock token for the right password. Throws URL_NOT_FOUND, URL_DISABLED, URL_EXPIRED, INVALID_PASSWORD with
 * `attempts_remaining`, or UNLOCK_LOCKED with `retry_after`. A link without a password is opened by any.
 */
export async function unlockLink(deps: UnlockDeps, request: UnlockRequest): Promise<{ readonly token: string | null }> {
  const { domain, code, client } = request;
  const nowMs = deps.nowMs();
  const link = couldBeCode(code) ? await deps.store.find(domain, code) : null;
  if (link === null) throw new Failure('URL_NOT_FOUND');
  if (link.status !== 'active') throw new Failure('URL_DISABLED');
  if (link.expiresAtMs !== null && link.expiresAtMs <= nowMs)
    throw new Failure('URL_EXPIRED', { expired_at: new Date(link.expiresAtMs).toISOString() });
  if (link.password === null) return { token: null };

  const byClient = await deps.attempts.take(domain, code, client, CLIENT_LIMIT, nowMs);
  if (!byClient.allowed) throw locked(byClient, nowMs);
  const byAll = await deps.attempts.take(domain, code, EVERYONE, LINK_LIMIT, nowMs);
  if (!byAll.allowed) throw locked(byAll, nowMs);
  if (!(await matchesLinkPassword(request.password, link.password.hash))) {
    throw new Failure('INVALID_PASSWORD', { attempts_remaining: byClient.remaining });
  }
  await Promise.all([deps.attempts.giveBack(domain, code, client), deps.attempts.giveBack(domain, code, EVERYONE)]);
  return { token: await signUnlockToken({ domain, code, unlockKey: link.password.unlockKey }, nowMs) };
}

const locked = (state: AttemptState, nowMs: number): Failure =>
  new Failure('UNLOCK_LOCKED', { retry_after: Math.max(1, Math.ceil((state.resetAtMs - nowMs) / 1_000)) });
