import type { ClickEvent } from '../../core/clicks/row.ts';
import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import type { Problem } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';
import { rawly, request } from './raw-http.ts';

let product: Product;
let ports: { readonly app: number; readonly short: number };
beforeAll(async () => {
  product = await startProduct();
  ports = { app: Number(new URL(product.app).port), short: Number(new URL(product.short).port) };
  await product.api('/v1/urls', { body: { original_url: 'https://example.com/calm', custom_alias: 'calm' } });
});
afterAll(() => product.close());

const key = (): readonly [string, string] => ['Authorization', `Bearer ${product.key}`];
const asJson: readonly [string, string] = ['Content-Type', 'application/json'];
const acceptJson: readonly [string, string] = ['Accept', 'application/json'];

/** What only the edge may say. A client that says it changes nothing. */
const SPOOFED: readonly (readonly [string, string])[] = [
  ['X-Forwarded-For', '203.0.113.9'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Port', '443'],
  ['Forwarded', 'for=203.0.113.9;host=evil.example;proto=https'],
  ['X-Real-IP', '203.0.113.9'],
  ['X-Origin-Verify', 'guess'],
  ['X-Viewer-Country', 'KP'],
  ['X-Viewer-Region', 'XX'],
  ['X-Viewer-City', 'Nowhere'],
  ['X-Viewer-Device', 'tv'],
  ['X-Viewer-Address', '203.0.113.9'],
  ['CloudFront-Viewer-Country', 'KP'],
  ['CloudFront-Viewer-Address', '203.0.113.9:1'],
  ['CloudFront-Is-SmartTV-Viewer', 'true'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Original-URL', '/v1/urls'],
  ['X-Amzn-Request-Id', 'mine'],
  ['X-Request-Id', 'mine'],
];

describe('headers that only the edge may write', () => {
  test('are told from names that every object has', async () => {
    const own = Object.getOwnPropertyNames(Object.prototype);
    for (const name of ['__proto__', 'constructor', 'toString', 'valueOf']) {
      const { status } = await rawly(ports.short, request('GET', '/calm', [[name, 'x']]));
      expect([name, status]).toEqual([name, 302]);
      expect((await rawly(ports.app, request('GET', '/v1/urls/calm', [[name, 'x'], key()]))).status).toBe(200);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(own);
  });

  test('move no origin, no request id and no method', async () => {
    const text = '{"original_url":"https://example.com/spoof","custom_alias":"spoofed"}';
    const created = await rawly(ports.app, request('POST', '/v1/urls', [key(), asJson, ...SPOOFED], text));
    expect(created.status).toBe(201);
    expect((JSON.parse(created.body) as LinkAnswer).short_url).toBe(`${product.short}/spoofed`);
    expect(created.headers.get('x-request-id')).not.toBe('mine');
    for (const [port, origin] of [
      [ports.app, product.app],
      [ports.short, product.short],
    ] as const) {
      const path = port === ports.app ? '/v1/urls/nothing' : '/nothing';
      const refused = await rawly(port, request('GET', path, [key(), acceptJson, ...SPOOFED]));
      expect((JSON.parse(refused.body) as Problem).type).toBe(`${origin}/docs/errors/URL_NOT_FOUND`);
    }
    expect((await product.api('/v1/urls/spoofed')).status).toBe(200);
  });

  test('move no visitor to another country or device', async () => {
    const agent = ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'] as const;
    const visit = await rawly(ports.short, request('GET', '/spoofed', [agent, ...SPOOFED]));
    expect([visit.status, visit.headers.get('location')]).toEqual([302, 'https://example.com/spoof']);
    const statsOf = async () => (await product.api('/v1/urls/spoofed/stats')).json();
    expect(await eventually(statsOf, ({ total }) => total === 1, 2_000)).toMatchObject({
      by_country: [{ country: 'US', clicks: 1 }],
      by_device: [{ device: 'desktop', clicks: 1 }],
    });
    expect(clicksOf('spoofed')).toEqual([expect.objectContaining({ country: 'US', region: '', city: '' })]);
  });

  /** As they lie on the stream: whole, with what no answer shows. */
  function clicksOf(code: string): readonly ClickEvent[] {
    const { kinesis } = product.laptop.engines;
    return product.laptop.plan.streams.flatMap(({ name }) =>
      kinesis
        .shardIds(name)
        .flatMap((shardId) => kinesis.read(name, shardId, null, 10_000))
        .map(({ data }) => JSON.parse(data.toString()) as ClickEvent)
        .filter((click) => click.code === code),
    );
  }

  test('give nobody more tries at a password, whatever address is claimed', async () => {
    await product.api('/v1/urls', {
      body: { original_url: 'https://example.com/', custom_alias: 'guarded', password: 'right' },
    });
    const statuses: (number | null)[] = [];
    for (let guess = 0; guess < 8; guess += 1) {
      const address = `198.51.100.${guess}`;
      const headers = SPOOFED.map(([name, value]) => [name, value.replace('203.0.113.9', address)] as const);
      const path = guess % 2 === 0 ? ports.short : ports.app;
      statuses.push(
        (await rawly(path, request('POST', '/v1/urls/guarded/unlock', [asJson, ...headers], '{"password":"guess"}')))
          .status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });
});
