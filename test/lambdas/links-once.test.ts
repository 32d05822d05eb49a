import { TARGET } from '../fixtures/links.ts';
import { linksApi } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const URL_ = { original_url: TARGET };

describe('An Idempotency-Key', () => {
  const KEY = { 'Idempotency-Key': 'key-1' };

  it.each([
    ['POST', '/v1/urls', { ...URL_, custom_alias: 'mine' }],
    ['POST', '/url/shorten', URL_],
    ['POST', '/v1/urls/bulk', { urls: [URL_, URL_] }],
  ] as const)('makes %s %s happen once and answers it again byte for byte', async (method, path, body) => {
    const { call, clock, deps } = linksApi();
    const send = () => call(method, path, { body: JSON.stringify(body), headers: KEY });
    const first = await send();
    const made = deps.store.all().length;
    clock.nowMs += 60_000;
    const again = await send();
    expect([again.statusCode, again.body]).toEqual([first.statusCode, first.body]);
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers?.[name]).toBe(first.headers?.[name]);
    expect(deps.store.all()).toHaveLength(made);
  });

  it('replays without using up the quota, and still says what is left', async () => {
    const { post } = linksApi();
    const remaining = [];
    for (let repeat = 0; repeat < 3; repeat += 1) remaining.push((await post(URL_, KEY)).headers?.['ratelimit']);
    expect(new Set(remaining).size).toBe(1);
  });

  it('with another body is refused', async () => {
    const { post } = linksApi();
    await post(URL_, KEY);
    const answer = await post({ ...URL_, title: 'x' }, KEY);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  it('whose first request is running is refused with when to try again', async () => {
    const { post, deps } = linksApi();
    const find = Promise.withResolvers<void>();
    jest.spyOn(deps.blocklist, 'hosts').mockImplementation(async () => (await find.promise, new Set()));
    const first = post(URL_, KEY);
    await new Promise(setImmediate);
    const second = await post(URL_, KEY);
    expect([second.statusCode, problemIn(second).error, second.headers?.['retry-after']]).toEqual([
      409,
      'IDEMPOTENCY_IN_PROGRESS',
      '30',
    ]);
    find.resolve();
    expect((await first).statusCode).toBe(201);
    expect(deps.store.all()).toHaveLength(1);
  });

  it('does not remember a refusal: the corrected world is asked again', async () => {
    const { post, deps } = linksApi();
    const hosts = jest.spyOn(deps.blocklist, 'hosts').mockRejectedValueOnce(new Error('did not answer'));
    expect((await post(URL_, KEY)).statusCode).toBe(503);
    expect((await post(URL_, KEY)).statusCode).toBe(201);
    expect(hosts).toHaveBeenCalledTimes(2);
  });

  it.each(['', 'x'.repeat(256)])('that is %.9j is refused', async (key) => {
    expect(problemIn(await linksApi().post(URL_, { 'Idempotency-Key': key }))).toMatchObject({
      errors: [{ path: 'Idempotency-Key' }],
    });
  });
});
