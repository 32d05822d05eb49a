import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { call, send } from './s3-raw.ts';

const newFolder = temporaryFolders();

describe('another origin', () => {
  const cors = [
    {
      origins: ['https://*.example.com'],
      methods: ['PUT', 'POST'],
      headers: ['content-*', 'X-Amz-Date'],
      exposedHeaders: ['ETag'],
      maxAgeS: 60,
    },
    { origins: ['*'], methods: ['GET'], headers: [], exposedHeaders: [], maxAgeS: null },
  ];
  const within = (use: (bench: S3Bench) => Promise<void>) =>
    withS3(newFolder(), use, { buckets: [{ cors }, { name: 'closed' }] });
  const ask = (bench: S3Bench, headers: Record<string, string>, path = `/${BUCKET}/one`) =>
    send(bench, { method: 'OPTIONS', path, headers });

  it('may ask first, and is told what it may', () =>
    within(async (bench) => {
      const answer = await ask(bench, {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'Content-Type, x-amz-date',
      });
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          'access-control-allow-origin': 'https://app.example.com',
          'access-control-allow-methods': 'PUT, POST',
          'access-control-allow-headers': 'content-type, x-amz-date',
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'ETag',
          'access-control-max-age': '60',
          vary: expect.stringContaining('Origin') as string,
        },
      });
    }));

  it.each<[claim: string, headers: Record<string, string>, path: string, status: number, code: string]>([
    [
      'another origin',
      { origin: 'https://evil.com', 'access-control-request-method': 'PUT' },
      'lake/one',
      403,
      'AccessForbidden',
    ],
    [
      'another method',
      { origin: 'https://a.example.com', 'access-control-request-method': 'DELETE' },
      'lake/one',
      403,
      'AccessForbidden',
    ],
    [
      'another header',
      {
        origin: 'https://a.example.com',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-evil',
      },
      'lake/one',
      403,
      'AccessForbidden',
    ],
    [
      'a bucket without rules',
      { origin: 'https://a.example.com', 'access-control-request-method': 'PUT' },
      'closed/one',
      403,
      'AccessForbidden',
    ],
    ['no origin', { 'access-control-request-method': 'PUT' }, 'lake/one', 400, 'InvalidRequest'],
    ['no method', { origin: 'https://a.example.com' }, 'lake/one', 400, 'InvalidRequest'],
    [
      'no bucket',
      { origin: 'https://a.example.com', 'access-control-request-method': 'PUT' },
      'nowhere/one',
      404,
      'NoSuchBucket',
    ],
  ])('is refused with %s', (_claim, headers, path, status, code) =>
    within(async (bench) => {
      const answer = await ask(bench, headers, `/${path}`);
      expect([answer.status, answer.code, answer.headers['access-control-allow-origin']]).toEqual([
        status,
        code,
        undefined,
      ]);
    }),
  );

  it('may read answers and refusals that the rules open to it, and no others', () =>
    within(async (bench) => {
      await bench.engine.put(BUCKET, 'one', Buffer.from('hello'));
      const open = async (method: string, origin: string, path = `/${BUCKET}/one`) =>
        (await call(bench, { method, path, headers: { origin } })).headers['access-control-allow-origin'];
      expect(await open('GET', 'https://anywhere.org')).toBe('*');
      expect(await open('GET', 'https://anywhere.org', `/${BUCKET}/none`)).toBe('*');
      expect(await open('DELETE', 'https://app.example.com')).toBeUndefined();
      expect(await open('PUT', 'https://app.example.com')).toBe('https://app.example.com');
      expect(await open('GET', 'https://anywhere.org', '/closed/one')).toBeUndefined();
    }));
});
