import { randomBytes } from 'node:crypto';
import type { KeyedRequest, StoredAnswer } from '../../../core/accounts/idempotency.ts';
import {
  hashRequest,
  IDEMPOTENCY_LIFETIME_S,
  LEASE_MS,
  newSeed,
  once,
  seededAtMs,
  seededBytes,
} from '../../../core/accounts/idempotency.ts';
import { newShortCode } from '../../../core/links/short-code.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memoryIdempotencyStore } from '../../fixtures/memory-idempotency-store.ts';
import { pausePoint } from '../../fixtures/pause-point.ts';

const ANSWER: StoredAnswer = { status: 201, headers: { etag: '"1"' }, body: '{"short_code":"abc"}' };
const REQUEST: KeyedRequest = { workspaceId: 'ws_1', key: 'key-1', requestHash: 'hash-1' };

function world() {
  const clock = { nowMs: NOW_MS };
  const deps = { idempotency: memoryIdempotencyStore(), randomBytes, nowMs: () => clock.nowMs };
  const seeds: string[] = [];
  const work = async (seed: string): Promise<StoredAnswer> => {
    seeds.push(seed);
    return { ...ANSWER, body: JSON.stringify({ seed }) };
  };
  return { clock, deps, seeds, work };
}

describe('Once', () => {
  it('does the work once and replays its answer byte for byte', async () => {
    const { deps, seeds, work } = world();
    const first = await once(deps, REQUEST, work);
    for (let repeat = 0; repeat < 5; repeat += 1) expect(await once(deps, REQUEST, work)).toEqual(first);
    expect(seeds).toHaveLength(1);
  });

  it('does it again for another key, another workspace, and after a day', async () => {
    const { clock, deps, seeds, work } = world();
    await once(deps, REQUEST, work);
    await once(deps, { ...REQUEST, key: 'key-2' }, work);
    await once(deps, { ...REQUEST, workspaceId: 'ws_2' }, work);
    clock.nowMs += IDEMPOTENCY_LIFETIME_S * 1_000;
    await once(deps, REQUEST, work);
    expect(new Set(seeds).size).toBe(4);
  });

  it('refuses another body under the same key, whether the first is done or running', async () => {
    const { deps, work } = world();
    const pause = pausePoint();
    const running = once(deps, REQUEST, async (seed) => (await pause.here(), work(seed)));
    await pause.reached;
    expect(await wordOf(() => once(deps, { ...REQUEST, requestHash: 'other' }, work))).toBe('IDEMPOTENCY_MISMATCH');
    pause.release();
    await running;
    expect(await wordOf(() => once(deps, { ...REQUEST, requestHash: 'other' }, work))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('tells a second caller to wait while the first is at it', async () => {
    const { clock, deps, seeds, work } = world();
    const pause = pausePoint();
    const running = once(deps, REQUEST, async (seed) => (await pause.here(), work(seed)));
    await pause.reached;
    clock.nowMs += 10_001;
    const failure = await failureOf(() => once(deps, REQUEST, work));
    expect([failure.word, failure.details]).toEqual([
      'IDEMPOTENCY_IN_PROGRESS',
      { retry_after: (LEASE_MS - 10_000) / 1_000 },
    ]);
    pause.release();
    await running;
    expect(seeds).toHaveLength(1);
  });

  it('resumes with the first seed when the first attempt died and its lease ran out', async () => {
    const { clock, deps, seeds, work } = world();
    void once(deps, REQUEST, (seed) => {
      seeds.push(seed);
      return new Promise(() => undefined);
    });
    await new Promise(setImmediate);
    clock.nowMs += LEASE_MS - 1;
    expect(await wordOf(() => once(deps, REQUEST, work))).toBe('IDEMPOTENCY_IN_PROGRESS');
    clock.nowMs += 1;
    await once(deps, REQUEST, work);
    expect(seeds).toHaveLength(2);
    expect(new Set(seeds).size).toBe(1);
  });

  it('stores no failure: the next attempt works at once, with the same seed', async () => {
    const { deps, seeds, work } = world();
    const failing = once(deps, REQUEST, (seed) => {
      seeds.push(seed);
      return Promise.reject(new Error('store away'));
    });
    await expect(failing).rejects.toThrow('store away');
    expect(await once(deps, REQUEST, work)).toMatchObject({ status: 201 });
    expect(new Set(seeds).size).toBe(1);
  });

  it('throws what the work threw, also when the lease cannot be given back', async () => {
    const { deps } = world();
    const idempotency = { ...deps.idempotency, release: () => Promise.reject(new Error('release failed')) };
    await expect(
      once({ ...deps, idempotency }, REQUEST, () => Promise.reject(new Error('the reason'))),
    ).rejects.toThrow('the reason');
  });

  it('lets exactly one of fifty at once do the work', async () => {
    const { deps, seeds, work } = world();
    const words = await Promise.all(
      Array.from({ length: 50 }, () =>
        wordOf(() => once(deps, REQUEST, async (seed) => (await new Promise(setImmediate), work(seed)))),
      ),
    );
    expect(seeds).toHaveLength(1);
    expect(words.filter((word) => word === 'IDEMPOTENCY_IN_PROGRESS')).toHaveLength(49);
  });
});

describe('Seeded bytes', () => {
  it('follow from the seed, however they are asked for', () => {
    const inOne = seededBytes('seed')(100);
    const source = seededBytes('seed');
    const inPieces = [1, 31, 32, 33, 3].map((count) => source(count));
    expect(Buffer.concat(inPieces)).toEqual(Buffer.from(inOne));
    expect(Buffer.from(seededBytes('other')(100))).not.toEqual(Buffer.from(inOne));
  });

  it('draw the same short codes again, all different', () => {
    const draw = () => {
      const bytes = seededBytes('seed');
      return Array.from({ length: 2_000 }, () => newShortCode(bytes));
    };
    expect(draw()).toEqual(draw());
    expect(new Set(draw()).size).toBe(2_000);
  });

  it('come from 208 random bits, and know when the first attempt began', () => {
    const seed = newSeed(randomBytes, NOW_MS);
    expect(seed).toMatch(/^[0-9a-f]{64}$/);
    expect(seed).not.toBe(newSeed(randomBytes, NOW_MS));
    expect(seededAtMs(seed)).toBe(NOW_MS);
  });
});

describe('The hash of a request', () => {
  it('differs with method, path and any byte of the body', () => {
    const hashes = [
      hashRequest('POST', '/v1/urls', '{}'),
      hashRequest('PUT', '/v1/urls', '{}'),
      hashRequest('POST', '/v1/urls/bulk', '{}'),
      hashRequest('POST', '/v1/urls', '{ }'),
      hashRequest('POST', '/v1/urls', ''),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashRequest('POST', '/v1/urls', '{}')).toBe(hashes[0]);
  });
});
