import { MAX_BODY_BYTES, MAX_BULK_BODY_BYTES } from '../../lambdas/json-body.ts';
import { TARGET } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const URL_ = { original_url: TARGET };

describe('A body', () => {
  it.each([
    ['{"original_url":', 'INVALID_JSON'],
    ['', 'INVALID_JSON'],
    ['{original_url: 1}', 'INVALID_JSON'],
    ["{'original_url': 1}", 'INVALID_JSON'],
    ['{"a":1}{', 'INVALID_JSON'],
    ['\ufeff{}', 'INVALID_JSON'],
    ['undefined', 'INVALID_JSON'],
    ['NaN', 'INVALID_JSON'],
    ['null', 'VALIDATION_FAILED'],
    ['[]', 'VALIDATION_FAILED'],
    ['5', 'VALIDATION_FAILED'],
    ['"text"', 'VALIDATION_FAILED'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'VALIDATION_FAILED'],
    [`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 'VALIDATION_FAILED'],
    [`{"max_clicks":${'9'.repeat(10_000)}}`, 'VALIDATION_FAILED'],
  ])('that is %.30j is refused: %s', async (body, word) => {
    expect(problemIn(await linksApi().post(body)).error).toBe(word);
  });

  it('that was never sent is refused', async () => {
    const { call } = linksApi();
    const headers = { 'Content-Type': 'application/json' };
    expect(problemIn(await call('POST', '/v1/urls', { headers })).error).toBe('INVALID_JSON');
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'text/json',
    'application/json-patch+json',
  ])('of the type %j is refused with 415, which also keeps forms of other sites out', async (type) => {
    const { call, deps } = linksApi();
    const headers = { 'Content-Type': type ?? '' };
    const answer = await call('POST', '/v1/urls', { body: JSON.stringify(URL_), headers });
    expect([answer.statusCode, problemIn(answer).error]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(deps.store.all()).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset=UTF-8',
    'application/json ;x=1',
  ])('of the type %j is taken', async (type) => {
    expect((await linksApi().post(URL_, { 'Content-Type': type })).statusCode).toBe(201);
  });

  it('may have 256 KB and not a byte more; a bulk one 4 MB', async () => {
    const { post, call } = linksApi();
    const padded = (value: string, bytes: number) => value + ' '.repeat(bytes - Buffer.byteLength(value));
    expect((await post(padded(JSON.stringify(URL_), MAX_BODY_BYTES))).statusCode).toBe(201);
    const tooLarge = await post(padded(JSON.stringify(URL_), MAX_BODY_BYTES + 1));
    expect([tooLarge.statusCode, problemIn(tooLarge)['max_bytes']]).toEqual([413, MAX_BODY_BYTES]);
    const bulk = JSON.stringify({ urls: [URL_] });
    const bulkOf = (bytes: number) => call('POST', '/v1/urls/bulk', { body: padded(bulk, bytes) });
    expect((await bulkOf(MAX_BULK_BODY_BYTES)).statusCode).toBe(201);
    expect(problemIn(await bulkOf(MAX_BULK_BODY_BYTES + 1)).error).toBe('PAYLOAD_TOO_LARGE');
  });

  it('keeps any Unicode intact', async () => {
    const title = '\u202e right-to-left, \u200b zero width, "quotes" <b>&amp;</b> ${x} {{y}} 😀 \0 \n';
    expect(parsed(await linksApi().post({ ...URL_, title }))['title']).toBe(title);
  });
});
