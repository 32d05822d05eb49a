import { Failure } from '../errors.ts';
import type { AttemptLimit, AttemptStore } from './attempts.ts';
import { secondsUntil } from './attempts.ts';
import { deviceSubject } from './known-devices.ts';
import { matchesPassword } from './password.ts';

const QUARTER_S = 900;
const YEAR_S = 365 * 86_400;
const FIRST = '';

/** Reference bar B9, whatever addresses the guesses come from: ten a quarter of an hour, a hundred without a right one. */
export const ACCOUNT_LIMIT: AttemptLimit = {
  name: 'passwords',
  windows: [
    { name: FIRST, max: 10, windowS: QUARTER_S },
    { name: 'in_a_row', max: 100, windowS: YEAR_S },
  ],
};
/** One client that tries one password at many accounts. */
export const CLIENT_LIMIT: AttemptLimit = {
  name: 'passwords',
  windows: [{ name: FIRST, max: 50, windowS: QUARTER_S }],
};

/** Whose password is tried, by whom. All three are hashes. */
export type Guesser = {
  /** Of the address, whether it has an account or not. */
  readonly account: string;
  readonly client: string;
  /** Of a device its person signed in with before; null for any other. */
  readonly knownDevice: string | null;
};

export type PasswordCheckDeps = { readonly attempts: AttemptStore; readonly nowMs: () => number };

/**
 * Whether it is the password behind `hash`; null is nobody's, which takes as long and never is. The attempt is counted
 * before the password is looked at, and given back for the right one. Takes a core for a while: callers pass the hash
 * gate first. Throws SIGN_IN_LOCKED with `retry_after`, for the right password too.
 */
export async function checkPassword(
  deps: PasswordCheckDeps,
  guesser: Guesser,
  password: string,
  hash: string | null,
): Promise<boolean> {
  const limits = limitsOf(guesser);
  for (const { limit, subject } of limits) await takeOne(deps, limit, subject);
  if (!(await matchesPassword(password, hash))) return false;
  await Promise.all(limits.map(({ limit, subject }) => deps.attempts.succeed(limit, subject)));
  return true;
}

/**
 * A known device has windows of its own, so that strangers who guess cannot lock its person out; it guesses no more often
 * than they. The client comes before the account: one that is locked uses up nobody's attempts.
 */
function limitsOf({ account, client, knownDevice }: Guesser): readonly { limit: AttemptLimit; subject: string }[] {
  if (knownDevice !== null) return [{ limit: ACCOUNT_LIMIT, subject: deviceSubject(account, knownDevice) }];
  return [
    { limit: CLIENT_LIMIT, subject: client },
    { limit: ACCOUNT_LIMIT, subject: account },
  ];
}

async function takeOne({ attempts, nowMs }: PasswordCheckDeps, limit: AttemptLimit, subject: string): Promise<void> {
  const now = nowMs();
  const { allowed, resetAtMs } = await attempts.take(limit, subject, now);
  if (allowed) return;
  const retryAfterS = secondsUntil(resetAtMs, now);
  throw new Failure('SIGN_IN_LOCKED', { retry_after: retryAfterS }, { detail: lockedSentence(retryAfterS) });
}

function lockedSentence(retryAfterS: number): string {
  if (retryAfterS > QUARTER_S)
    return 'Too many wrong passwords were tried in a row; reset the password to sign in again.';
  const minutes = Math.ceil(retryAfterS / 60);
  return `Too many wrong passwords were tried; the right one is refused too for ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
}
