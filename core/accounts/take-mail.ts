import { Failure } from '../errors.ts';
import type { AttemptLimit, AttemptStore } from './attempts.ts';
import { secondsUntil } from './attempts.ts';

const HOUR_S = 3_600;

/** Mails that anybody can have sent to any address: known or not, it gets no more than this. */
const ADDRESS_LIMIT: AttemptLimit = { name: 'mails', windows: [{ name: '', max: 5, windowS: HOUR_S }] };
const CLIENT_LIMIT: AttemptLimit = { name: 'mails', windows: [{ name: '', max: 20, windowS: HOUR_S }] };

export type MailLimitDeps = { readonly attempts: AttemptStore; readonly nowMs: () => number };

/** Counts a mail before it is written. Both are hashes: of the address it goes to, of the client. Throws RATE_LIMIT_EXCEEDED. */
export async function takeMail(
  { attempts, nowMs }: MailLimitDeps,
  { address, client }: { readonly address: string; readonly client: string },
): Promise<void> {
  const now = nowMs();
  for (const [limit, subject] of [[CLIENT_LIMIT, client] as const, [ADDRESS_LIMIT, address] as const]) {
    const { allowed, resetAtMs } = await attempts.take(limit, subject, now);
    if (allowed) continue;
    const detail = 'As many mails as one address or client may have in an hour were sent; try again later.';
    throw new Failure('RATE_LIMIT_EXCEEDED', { retry_after: secondsUntil(resetAtMs, now) }, { detail });
  }
}
