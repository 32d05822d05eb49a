import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { signedUrl } from '../../adapters/signed-url.ts';
import { uploadForms } from '../../adapters/upload-forms.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';
import { signedEnd } from '../fixtures/signed-end.ts';

const FILE = { Bucket: 'files', Key: 'report.csv' };
/** A moment within a second, which is not written into a URL. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000 + 789;
const MINUTE_MS = 60_000;

let buckets: TestBuckets;
beforeAll(async () => {
  buckets = await startBuckets(['files']);
  await buckets.s3.send(new PutObjectCommand({ ...FILE, Body: 'rows' }));
});
afterAll(() => buckets.close());

/** A client whose credentials end then, as those of a role do; undefined where nobody tells. */
const clientUntil = (endsAtMs?: number): S3Client =>
  new S3Client({
    endpoint: buckets.engine.url,
    region: 'us-east-1',
    credentials: async () => ({
      accessKeyId: 'TEST',
      secretAccessKey: 'test',
      ...(endsAtMs !== undefined && { expiration: new Date(endsAtMs) }),
    }),
  });

const wholeSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

describe('what is signed says when it really ends', () => {
  it.each([
    ['a quarter of an hour later where nobody tells when the credentials end', undefined, undefined, 15 * MINUTE_MS],
    ['a quarter of an hour later where the credentials last', 60 * MINUTE_MS, undefined, 15 * MINUTE_MS],
    ['with the credentials', 7 * MINUTE_MS, undefined, 7 * MINUTE_MS],
    ['with what it is for', 7 * MINUTE_MS, 2 * MINUTE_MS, 2 * MINUTE_MS],
    ['with the credentials, though it is for longer', 2 * MINUTE_MS, 7 * MINUTE_MS, 2 * MINUTE_MS],
  ])('%s', async (_, credentialsMs, keptMs, expectedMs) => {
    const client = clientUntil(credentialsMs === undefined ? undefined : NOW_MS + credentialsMs);
    const { url, expiresAtMs } = await signedUrl(
      client,
      FILE,
      NOW_MS,
      keptMs === undefined ? undefined : NOW_MS + keptMs,
    );
    expect(expiresAtMs).toBe(wholeSecond(NOW_MS + expectedMs));
    expect(signedEnd(url)).toBe(new Date(expiresAtMs).toISOString());
    expect(await (await fetch(url)).text()).toBe('rows');
    client.destroy();
  });

  it('also of a form', async () => {
    const client = clientUntil(NOW_MS + 2 * MINUTE_MS);
    const terms = { key: 'logo', contentType: 'image/png', minBytes: 1, maxBytes: 9 };
    const { fields, expiresAtMs } = await uploadForms(client, 'files', () => NOW_MS)(terms);
    const { expiration } = JSON.parse(Buffer.from(fields['Policy'] ?? '', 'base64').toString()) as {
      expiration: string;
    };
    expect(expiresAtMs).toBe(wholeSecond(NOW_MS + 2 * MINUTE_MS));
    expect(Date.parse(expiration)).toBeGreaterThanOrEqual(expiresAtMs);
    client.destroy();
  });
});

it.each([
  ['before its end is good', 10_000, 200],
  ['behind its end is over', -2_000, 403],
])('a URL %s', async (_, leftMs, status) => {
  const nowMs = Date.now();
  const { url } = await signedUrl(buckets.s3, FILE, nowMs - MINUTE_MS, nowMs + leftMs);
  expect((await fetch(url)).status).toBe(status);
});
