import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { call, presigned, type Raw, type RawAnswer, type SigningAs, send, signed } from './s3-raw.ts';

const newFolder = temporaryFolders();
const path = `/${BUCKET}/one`;
const DAY_S = 86_400;

const withOne = (use: (bench: S3Bench) => Promise<void>) =>
  withS3(newFolder(), async (bench) => {
    await bench.engine.put(BUCKET, 'one', Buffer.from('hello'));
    await use(bench);
  });
const outcome = ({ status, code, body }: RawAnswer) => [status, code === '' ? body : code];

describe('a signed request', () => {
  it.each<[claim: string, change: (raw: Raw) => Raw, outcome: [number, string]]>([
    ['as it was signed', (raw) => raw, [200, 'hello']],
    ['for another key', (raw) => ({ ...raw, path: `/${BUCKET}/two` }), [403, 'SignatureDoesNotMatch']],
    ['with another method', (raw) => ({ ...raw, method: 'DELETE' }), [403, 'SignatureDoesNotMatch']],
    ['with a query', (raw) => ({ ...raw, query: { 'response-content-type': 'x' } }), [403, 'SignatureDoesNotMatch']],
    ['with a changed header', (raw) => changed(raw, { 'x-amz-meta-a': '2' }), [403, 'SignatureDoesNotMatch']],
    ['with a header nobody signed', (raw) => changed(raw, { 'x-amz-acl': 'private' }), [403, 'AccessDenied']],
    ['with another host', (raw) => changed(raw, { host: 'evil' }), [403, 'SignatureDoesNotMatch']],
    ['without a signature', (raw) => changed(raw, { authorization: undefined }), [403, 'AccessDenied']],
    [
      'with half a signature',
      (raw) => changed(raw, { authorization: 'AWS4-HMAC-SHA256 x' }),
      [400, 'AuthorizationHeaderMalformed'],
    ],
    ['without a date', (raw) => changed(raw, { 'x-amz-date': undefined }), [403, 'AccessDenied']],
    [
      'without the hash of its body',
      (raw) => changed(raw, { 'x-amz-content-sha256': undefined }),
      [400, 'InvalidRequest'],
    ],
  ])('%s', (_claim, change, expected) =>
    withOne(async (bench) => {
      const raw = await signed(bench, { path, headers: { 'x-amz-meta-a': '1' } });
      expect(outcome(await send(bench, change(raw)))).toEqual(expected);
      expect(bench.engine.keys(BUCKET)).toEqual(['one']);
    }),
  );

  it.each<[claim: string, as: SigningAs, outcome: [number, string]]>([
    ['by nobody we know', { accessKeyId: 'NOBODY' }, [403, 'InvalidAccessKeyId']],
    ['with a wrong secret', { secretAccessKey: 'guessed' }, [403, 'SignatureDoesNotMatch']],
    ['for another region', { region: 'eu-central-1' }, [400, 'AuthorizationHeaderMalformed']],
    ['for another service', { service: 'dynamodb' }, [400, 'AuthorizationHeaderMalformed']],
  ])('%s is refused', (_claim, as, expected) =>
    withOne(async (bench) => expect(outcome(await call(bench, { path }, as))).toEqual(expected)),
  );

  it.each([
    [14 * 60_000, 200],
    [16 * 60_000, 403],
    [-16 * 60_000, 403],
  ])('that is %d ms old answers %d', (ageMs, status) =>
    withOne(async (bench) => {
      const raw = await signed(bench, { path });
      bench.clock.nowMs += ageMs;
      const answer = await send(bench, raw);
      expect([answer.status, answer.code]).toEqual([status, status === 200 ? '' : 'RequestTimeTooSkewed']);
    }),
  );

  it('may have any letters in its path and its query', () =>
    withS3(newFolder(), async (bench) => {
      const key = `a b+c*'()!~&=?#%ä\u{1f600}`;
      const odd = `/${BUCKET}/${encodeURIComponent(key).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}`;
      await bench.engine.put(BUCKET, key, Buffer.from('hello'));
      const raw = { path: `/${BUCKET}`, query: { 'list-type': '2', prefix: `a b+c*'()!~&=?#%ä`, empty: '' } };
      expect((await call(bench, raw)).body).toContain('<KeyCount>1</KeyCount>');
      expect((await call(bench, { path: odd.replaceAll(/%[0-9a-f]{2}/g, (one) => one.toUpperCase()) })).body).toBe(
        'hello',
      );
    }));
});

describe('a presigned URL', () => {
  it('reads, with the headers it asks for, until its time is over', () =>
    withOne(async (bench) => {
      const raw = await presigned(bench, { path, query: { 'response-content-type': 'text/csv' } }, 60);
      expect(await send(bench, raw)).toMatchObject({
        status: 200,
        body: 'hello',
        headers: { 'content-type': 'text/csv' },
      });
      bench.clock.nowMs += 59_000;
      expect((await send(bench, raw)).status).toBe(200);
      bench.clock.nowMs += 1_000;
      const late = await send(bench, raw);
      expect(outcome(late)).toEqual([403, 'AccessDenied']);
      expect(late.body).toContain('<Message>Request has expired</Message>');
    }));

  it('writes once it is used, with the headers that were signed into it', () =>
    withS3(newFolder(), async (bench) => {
      const headers = { 'content-type': 'image/png', 'x-amz-meta-a': '1', 'content-length': '5' };
      const raw = await presigned(bench, { method: 'PUT', path, headers }, 60);
      expect((await send(bench, { ...raw, body: 'hello' })).status).toBe(200);
      const head = await call(bench, { method: 'HEAD', path });
      expect(head.headers).toMatchObject({ 'content-type': 'image/png', 'x-amz-meta-a': '1', 'content-length': '5' });
    }));

  it('that the SDK signs a checksum into fits only a body of that checksum', () =>
    withS3(newFolder(), async (bench) => {
      const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' };
      const raw = await presigned(bench, { method: 'PUT', path, query }, 60);
      const wrong = await send(bench, { ...raw, headers: { ...raw.headers, 'content-length': '5' }, body: 'hello' });
      expect(outcome(wrong)).toEqual([400, 'BadDigest']);
      const empty = await send(bench, { ...raw, headers: { ...raw.headers, 'content-length': '0' } });
      expect(empty.status).toBe(200);
    }));

  it.each<[claim: string, change: Record<string, string | undefined>, outcome: [number, string]]>([
    ['for longer', { 'X-Amz-Expires': '600' }, [403, 'SignatureDoesNotMatch']],
    ['for more than a week', { 'X-Amz-Expires': String(7 * DAY_S + 1) }, [400, 'AuthorizationQueryParametersError']],
    ['for no number of seconds', { 'X-Amz-Expires': 'ever' }, [400, 'AuthorizationQueryParametersError']],
    ['without an end', { 'X-Amz-Expires': undefined }, [400, 'AuthorizationQueryParametersError']],
    ['with another query', { 'response-content-type': 'text/html' }, [403, 'SignatureDoesNotMatch']],
    ['with a later date', { 'X-Amz-Date': '20991231T000000Z' }, [403, 'AccessDenied']],
    ['with a broken signature', { 'X-Amz-Signature': 'abc' }, [403, 'SignatureDoesNotMatch']],
    ['by another algorithm', { 'X-Amz-Algorithm': 'AWS3' }, [400, 'AuthorizationQueryParametersError']],
    ['of nobody', { 'X-Amz-Credential': 'me' }, [400, 'AuthorizationQueryParametersError']],
  ])('changed to be %s is refused', (_claim, change, expected) =>
    withOne(async (bench) => {
      const raw = await presigned(bench, { path }, 60);
      const query = Object.entries({ ...raw.query, ...change }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      );
      expect(outcome(await send(bench, { ...raw, query: Object.fromEntries(query) }))).toEqual(expected);
    }),
  );
});

function changed(raw: Raw, headers: Readonly<Record<string, string | undefined>>): Raw {
  const all = Object.entries({ ...raw.headers, ...headers });
  return { ...raw, headers: Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined)) };
}
