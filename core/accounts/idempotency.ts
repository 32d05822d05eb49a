import { createHash, createHmac } from 'node:crypto';
import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';

/** Contract: an Idempotency-Key is kept for 24 hours per workspace and has at most 255 characters. */
export const IDEMPOTENCY_LIFETIME_S = 86_400;
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;
/** Longer than any request may run (API Gateway: 29 s), so a lease that ran out has no owner any more. */
export const LEASE_MS = 30_000;

/** The answer of the first request with a key, replayed byte for byte. */
export type StoredAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type BeginOutcome =
  /** This request does the work; `seed` is the first attempt's, so a resumed attempt makes the very same things. */
  | { readonly kind: 'begun'; readonly seed: string }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'running'; readonly leaseEndsAtMs: number }
  | { readonly kind: 'mismatch' };

export type KeyedRequest = { readonly workspaceId: string; readonly key: string; readonly requestHash: string };

export type IdempotencyStore = {
  begin(request: KeyedRequest, seed: string, nowMs: number): Promise<BeginOutcome>;
  finish(request: KeyedRequest, answer: StoredAnswer): Promise<void>;
  /** Gives the lease back after a failure, keeping the seed. */
  release(request: KeyedRequest): Promise<void>;
};

export type OnceDeps = {
  readonly idempotency: IdempotencyStore;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/**
 * Runs `work` once per key. What it makes must follow from `seed` alone: then an attempt whose answer was lost, or that
 * died half-way, is completed by the next instead of repeated. Failures are not stored. Throws IDEMPOTENCY_MISMATCH or
 * IDEMPOTENCY_IN_PROGRESS, or whatever `work` throws.
 */
export async function once(
  deps: OnceDeps,
  request: KeyedRequest,
  work: (seed: string) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const nowMs = deps.nowMs();
  const outcome = await deps.idempotency.begin(request, newSeed(deps.randomBytes, nowMs), nowMs);
  switch (outcome.kind) {
    case 'answered':
      return outcome.answer;
    case 'mismatch':
      throw new Failure('IDEMPOTENCY_MISMATCH');
    case 'running':
      throw new Failure('IDEMPOTENCY_IN_PROGRESS', {
        retry_after: Math.max(1, Math.ceil((outcome.leaseEndsAtMs - nowMs) / 1_000)),
      });
    case 'begun':
      return finish(deps, request, () => work(outcome.seed));
  }
}

async function finish(deps: OnceDeps, request: KeyedRequest, work: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  let answer: StoredAnswer;
  try {
    answer = await work();
  } catch (error) {
    // What went wrong is the news; a lease that cannot be given back runs out by itself.
    await Promise.allSettled([deps.idempotency.release(request)]);
    throw error;
  }
  await deps.idempotency.finish(request, answer);
  return answer;
}

const SEED_TIME_LENGTH = 12;

/** 48 bits of milliseconds and 208 random bits, in hex. */
export const newSeed = (randomBytes: RandomBytes, nowMs: number): string =>
  nowMs.toString(16).padStart(SEED_TIME_LENGTH, '0') + Buffer.from(randomBytes(26)).toString('hex');

/** When the first attempt began: what carries its time in its id has the same id in every attempt. */
export const seededAtMs = (seed: string): number => Number.parseInt(seed.slice(0, SEED_TIME_LENGTH), 16);

/** Bytes that follow from the seed: the same seed draws the same short codes. Unpredictable, because the seed is random. */
export function seededBytes(seed: string): RandomBytes {
  let block = 0;
  let unread = Buffer.alloc(0);
  return (count) => {
    while (unread.length < count) {
      unread = Buffer.concat([unread, createHmac('sha256', seed).update(String(block)).digest()]);
      block += 1;
    }
    const bytes = unread.subarray(0, count);
    unread = unread.subarray(count);
    return bytes;
  };
}

export const hashRequest = (method: string, path: string, body: string): string =>
  createHash('sha256').update(`${method} ${path}\n${body}`).digest('hex');
