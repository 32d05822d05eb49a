import { randomBytes } from 'node:crypto';
import type { IdempotencyStore, StoredAnswer } from '../../../core/accounts/idempotency.ts';
import { IDEMPOTENCY_LIFETIME_S, LEASE_MS } from '../../../core/accounts/idempotency.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const ANSWER: StoredAnswer = {
  status: 201,
  headers: { etag: '"1"', location: '/v1/urls/a' },
  body: '{"ü":"\\u0000 \u2028 😀"}',
};

/** What every idempotency store promises. */
export function idempotencyStoreContract(name: string, storeOf: () => IdempotencyStore): void {
  describe(`The idempotency store ${name}`, () => {
    let keys = 0;
    const newRequest = () => {
      keys += 1;
      return { workspaceId: `ws_${name}`, key: `key-${keys}`, requestHash: 'hash' };
    };
    const begin = (request: ReturnType<typeof newRequest>, seed: string, nowMs = NOW_MS) =>
      storeOf().begin(request, seed, nowMs);

    it('begins once; the others of fifty find it running', async () => {
      const request = newRequest();
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => begin(request, `seed-${index}`)));
      expect(outcomes.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind !== 'begun')).toEqual(
        Array.from({ length: 49 }, () => ({ kind: 'running', leaseEndsAtMs: NOW_MS + LEASE_MS })),
      );
    });

    it('knows its own beginning when the answer to it was lost and it is sent again', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      expect(await begin(request, 'seed')).toEqual({ kind: 'begun', seed: 'seed' });
    });

    it('answers byte for byte what was stored first', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      await storeOf().finish(request, ANSWER);
      await storeOf().finish(request, { ...ANSWER, status: 500, body: 'later' });
      expect(await begin(request, 'other')).toEqual({ kind: 'answered', answer: ANSWER });
    });

    it('keeps the largest answer there is: a thousand entries, each refused for five long names', async () => {
      const request = newRequest();
      const name = () => randomBytes(25).toString('hex');
      const errors = () =>
        Array.from({ length: 5 }, () => ({
          path: name(),
          code: 'unknown_member',
          message: 'There is no such member.',
        }));
      const results = Array.from({ length: 1_000 }, (_, index) => ({
        index,
        error: 'VALIDATION_FAILED',
        detail: 'Some sentence.',
        errors: errors(),
      }));
      const answer = { ...ANSWER, body: JSON.stringify({ created: 0, failed: 1_000, results }) };
      await begin(request, 'seed');
      await storeOf().finish(request, answer);
      expect(await begin(request, 'other')).toEqual({ kind: 'answered', answer });
    });

    it('refuses another request under the same key, running or answered', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      expect(await begin({ ...request, requestHash: 'other' }, 'x')).toEqual({ kind: 'mismatch' });
      await storeOf().finish(request, ANSWER);
      expect(await begin({ ...request, requestHash: 'other' }, 'x')).toEqual({ kind: 'mismatch' });
    });

    it('hands a lease that ran out to one caller, with the first seed', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      const laterMs = NOW_MS + LEASE_MS;
      expect(await begin(request, 'other', laterMs - 1)).toMatchObject({ kind: 'running' });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => begin(request, `other-${index}`, laterMs)),
      );
      expect(outcomes.filter(({ kind }) => kind === 'begun')).toEqual([{ kind: 'begun', seed: 'seed' }]);
    });

    it('can be begun at once, with the first seed, after it was released', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      await storeOf().release(request);
      expect(await begin(request, 'other')).toEqual({ kind: 'begun', seed: 'seed' });
    });

    it('forgets after a day, whether or not the table was tidied', async () => {
      const request = newRequest();
      await begin(request, 'seed');
      await storeOf().finish(request, ANSWER);
      const dayMs = IDEMPOTENCY_LIFETIME_S * 1_000;
      expect(await begin(request, 'new', NOW_MS + dayMs - 1_000)).toMatchObject({ kind: 'answered' });
      expect(await begin({ ...request, requestHash: 'other' }, 'new', NOW_MS + dayMs)).toEqual({
        kind: 'begun',
        seed: 'new',
      });
      expect(await begin({ ...request, requestHash: 'other' }, 'newer', NOW_MS + dayMs)).toMatchObject({
        kind: 'running',
      });
    });

    it('keeps workspaces and keys apart, whatever characters a key has', async () => {
      for (const key of ['a', 'A', ' a', 'a#b', 'ключ', '😀'.repeat(60), 'x'.repeat(255)]) {
        const request = { ...newRequest(), key };
        expect(await begin(request, 'seed')).toEqual({ kind: 'begun', seed: 'seed' });
        expect(await begin({ ...request, workspaceId: `${request.workspaceId}-2` }, 'two')).toEqual({
          kind: 'begun',
          seed: 'two',
        });
      }
    });
  });
}
