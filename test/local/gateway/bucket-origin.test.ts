import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roleAuthorizer } from '../../../local/engines/iam.ts';
import { type S3Engine, startS3 } from '../../../local/engines/s3.ts';
import { playBucket } from '../../../local/gateway/bucket-origin.ts';
import { type Door, openDoor } from '../../../local/gateway/door.ts';
import { playDistribution } from '../../../local/gateway/edge.ts';
import { SECRET_ACCESS_KEY } from '../../../local/lambda/function-env.ts';
import { rawly, request } from '../../e2e/raw-http.ts';
import { behavior } from './behavior.ts';

const ARN = 'arn:aws:s3:::images';
const READER = 'Short-origin-access';
const root = mkdtempSync(join(tmpdir(), 'signpost-images-'));
const images = {
  ...behavior,
  pathPattern: '/i/*',
  origin: {
    from: { kind: 'bucket' as const, name: 'images' },
    domain: 'images.s3.us-east-1.amazonaws.com',
    path: '',
    customHeaders: {},
  },
  allowedMethods: new Set(['GET', 'HEAD']),
  viewerRequestCode: null,
};
let s3: S3Engine;
let door: Door;

beforeAll(async () => {
  s3 = await startS3({
    root,
    isDurable: false,
    buckets: [{ name: 'images', cors: [], expiry: [] }],
    secretFor: () => SECRET_ACCESS_KEY,
    authorize: roleAuthorizer([
      {
        name: READER,
        accessKeyId: READER,
        statements: [{ effect: 'Allow', actions: ['s3:GetObject'], resources: [`${ARN}/i/*`] }],
      },
    ]).authorize,
  });
  door = await openDoor(0, 'SHORT_PORT');
  door.serve(
    playDistribution({ name: 'Short', behaviors: [images, behavior] }, door.domain, ({ from }) =>
      from.kind === 'bucket'
        ? playBucket(from.name, READER, s3.url)
        : async () => ({ status: 200, headers: {}, body: 'the API' }),
    ),
  );
  await s3.put('images', 'i/a b.png', Buffer.from('0123456789'));
  await s3.put('images', 'i/ü+%.png', Buffer.from('ü'));
  await s3.put('images', 'logos/mine.png', Buffer.from('mine'));
});
afterAll(async () => {
  await door.close();
  await s3.close();
  rmSync(root, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${door.port}${path}`, init);

it('shows an object of the bucket, with the headers of the policy, and leaves other paths to the API', async () => {
  const found = await ask('/i/a%20b.png');
  expect([found.status, await found.text()]).toEqual([200, '0123456789']);
  expect(Object.fromEntries(found.headers)).toMatchObject({
    'content-type': 'binary/octet-stream',
    'x-content-type-options': 'nosniff',
    etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
  });
  expect(await (await ask('/index')).text()).toBe('the API');
});

it('answers a HEAD, a part, and that somebody has it already', async () => {
  const { headers } = await ask('/i/a%20b.png', { method: 'HEAD' });
  const part = await ask('/i/a%20b.png', { headers: { range: 'bytes=2-4' } });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
  const known = await ask('/i/a%20b.png', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
  expect([known.status, await known.text()]).toEqual([304, '']);
});

it('takes a path as it is written', async () => {
  expect(await (await ask('/i/%C3%BC+%25.png')).text()).toBe('ü');
  const asIs = (path: string): Promise<number | null> =>
    rawly(door.port, request('GET', path, [])).then(({ status }) => status);
  const around = ['x/../a%20b.png', 'x%2f..%2fa%20b.png', './a%20b.png', '/a%20b.png', '../logos/mine.png'];
  for (const way of around) expect([way, await asIs(`/i/${way}`)]).toEqual([way, 403]);
  expect(await asIs(`/i/${'x'.repeat(1_023)}`)).toBe(400);
});

it.each([
  ['an object that is not there, as nobody may list', '/i/none.png', {}, 403],
  ['a path that is none', '/i/%E0%A4%A.png', {}, 400],
  ['a method that changes something', '/i/a%20b.png', { method: 'DELETE' }, 403],
] as const)('refuses %s', async (_, path, init, status) => {
  const refused = await ask(path, init);
  expect([refused.status, (await refused.text()).slice(0, 3)]).toEqual([status, String(status)]);
});
