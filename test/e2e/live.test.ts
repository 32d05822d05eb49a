import { randomUUID } from 'node:crypto';
import { decodePosition } from '../../core/clicks/live-position.ts';
import { type EventReader, readEvents } from '../fixtures/event-reader.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';

/** Live events as a customer gets them: through the door, the edge, API Gateway, the function and the tables. */
let product: Product;
const open: EventReader[] = [];

beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterEach(() => {
  for (const reader of open.splice(0)) reader.close();
});
afterAll(() => product.close());

async function watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
  const reader = await readEvents(`${product.app}${path}`, { authorization: `Bearer ${product.key}`, ...headers });
  open.push(reader);
  return reader;
}

async function newLink(): Promise<string> {
  const code = `live-${randomUUID().slice(0, 8)}`;
  const made = await product.api('/v1/urls', {
    body: { original_url: 'https://example.com/live', custom_alias: code, tags: ['spring'] },
  });
  expect(made.status).toBe(201);
  return code;
}

async function click(code: string): Promise<void> {
  expect((await product.visit(`/${code}`)).status).toBe(302);
}

const codeOf = ({ data }: { readonly data: string }): string => (JSON.parse(data) as { short_code: string }).short_code;

describe('live clicks', () => {
  test('a click is an event within two seconds, with what is known of it and not who it was', async () => {
    const code = await newLink();
    const reader = await watch('/v1/analytics/live');
    expect([reader.status, reader.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(reader.headers.get('x-request-id')).toBeTruthy();
    expect(await reader.next()).toMatchObject({
      event: 'ready',
      data: '{"short_code":null,"resumed":false,"complete":true}',
    });
    await click(code);
    const began = Date.now();
    await click(code);
    await reader.next();
    const { event, data } = await reader.next();
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(event).toBe('click');
    expect(JSON.parse(data)).toMatchObject({
      short_code: code,
      tags: ['spring'],
      source: 'click',
      browser: 'Chrome',
      bot: false,
      clicked_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(data).not.toMatch(/visitor|127\.0\.0\.1|workspace/);
  });
});
