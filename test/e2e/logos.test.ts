import { deflateSync } from 'node:zlib';
import { encodeJpeg } from '../../adapters/jpeg.ts';
import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { encodeWebp } from '../../adapters/webp.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import { pngChunk, pngHeader, pngOf } from '../fixtures/png-writer.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { refusal } from './problem.ts';
import { type Answer, type Product, startProduct } from './product.ts';

/** Logos on the running product: files go to the uploads bucket by forms, as browsers send them. */
type Logo = {
  readonly logo_id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly image_url: string | null;
};
type Announced = Logo & { readonly upload: Form };

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());

/** Half red, half blue. */
function picture(widthPx: number, heightPx: number) {
  const rgba = new Uint8Array(widthPx * heightPx * 4).fill(255);
  for (let i = 0; i < widthPx * heightPx; i++) rgba.set(i % widthPx < widthPx / 2 ? [220, 0, 0] : [0, 0, 220], i * 4);
  return { widthPx, heightPx, rgba };
}

const post = (body: object, call: { headers?: Record<string, string>; key?: string } = {}): Promise<Answer> =>
  product.api('/v1/logos', { body, ...call });
const announced = async (contentType: string, more: object = {}): Promise<Announced> =>
  (await post({ content_type: contentType, ...more })).json<Announced>();
const read = async (id: string): Promise<Logo> => (await product.api(`/v1/logos/${id}`)).json<Logo>();

async function uploaded(contentType: string, file: Uint8Array): Promise<Logo> {
  const { logo_id: id, upload } = await announced(contentType);
  expect((await sendForm(upload, file)).status).toBe(204);
  const answer = await product.api(`/v1/logos/${id}`);
  expect([answer.status, answer.headers.has('ratelimit')]).toEqual([200, true]);
  return answer.json<Logo>();
}

describe('a logo', () => {
  test.each([
    ['image/png', async () => pixelsPng(picture(600, 300)), [512, 256]],
    ['image/jpeg', () => encodeJpeg(picture(40, 30)), [40, 30]],
    ['image/webp', () => encodeWebp(picture(40, 30)), [40, 30]],
  ] as const)('as %s is ready once it was uploaded, and is a PNG of ours', async (type, make, size) => {
    const logo = await uploaded(type, await make());
    expect(logo).toMatchObject({ status: 'ready', reason: null, width: size[0], height: size[1] });
    const image = await fetch(logo.image_url ?? '');
    expect(image.headers.get('content-type')).toBe('image/png');
    const pixels = await pictureDecoders.png(new Uint8Array(await image.arrayBuffer()));
    expect([pixels.widthPx, pixels.heightPx]).toEqual(size);
  });

  test('is pending until then, and looked at once', async () => {
    const { logo_id: id, upload, status } = await announced('image/png');
    expect([status, (await read(id)).status]).toEqual(['pending', 'pending']);
    await sendForm(upload, pixelsPng(picture(20, 20)));
    const both = await Promise.all([read(id), read(id)]);
    expect(both.map(({ status: now, width }) => [now, width])).toEqual([
      ['ready', 20],
      ['ready', 20],
    ]);
    // The form is still open; what comes now is nobody's logo.
    await sendForm(upload, '<svg onload="alert(1)"/>');
    expect(await read(id)).toMatchObject({ status: 'ready', width: 20 });
  });

  test('is carried by codes', async () => {
    const { logo_id } = await uploaded('image/png', pixelsPng(picture(64, 64)));
    const code = await product.api('/v1/qr', { body: { content: 'https://example.com/', style: { logo_id } } });
    expect([code.status, code.json<{ scan: { grade: string } }>().scan.grade]).toEqual([
      201,
      expect.stringMatching(/[ABC]/),
    ]);
  });

  test('is listed, and deleted with its picture', async () => {
    const logo = await uploaded('image/png', pixelsPng(picture(8, 8)));
    const { data } = (await product.api('/v1/logos?limit=1')).json<{ data: readonly Logo[] }>();
    expect(data.map(({ logo_id, status }) => [logo_id, status])).toEqual([[logo.logo_id, 'ready']]);
    expect((await product.api(`/v1/logos/${logo.logo_id}`, { method: 'DELETE' })).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect(refusal(await product.api(`/v1/logos/${logo.logo_id}`, { method }))).toEqual([404, 'LOGO_NOT_FOUND']);
    expect((await fetch(logo.image_url ?? '')).status).toBe(404);
  });

  test('of another workspace is not there', async () => {
    const { logo_id: id } = await announced('image/png');
    const key = product.freeKey;
    expect(refusal(await product.api(`/v1/logos/${id}`, { key }))).toEqual([404, 'LOGO_NOT_FOUND']);
    expect(refusal(await product.api(`/v1/logos/${id}`, { key, method: 'DELETE' }))).toEqual([404, 'LOGO_NOT_FOUND']);
    expect((await product.api('/v1/logos', { key })).json()).toEqual({ data: [], next_cursor: null });
  });

  test('is announced once under one key', async () => {
    const headers = { 'idempotency-key': 'the-logo' };
    const [first, again] = [
      await post({ content_type: 'image/png' }, { headers }),
      await post({ content_type: 'image/png' }, { headers }),
    ];
    expect([first.status, again.text]).toEqual([201, first.text]);
    expect(first.headers.get('location')).toBe(`/v1/logos/${first.json<Logo>().logo_id}`);
  });
});

describe('a form takes nothing but what it was signed for', () => {
  test.each<readonly [string, Uint8Array, Record<string, string>]>([
    ['a byte too many', new Uint8Array(1_000_001), {}],
    ['nothing', new Uint8Array(), {}],
    ['another type', new Uint8Array(10), { 'Content-Type': 'text/html' }],
    ['another place', new Uint8Array(10), { key: 'logos-clean/ws_demo/logo_0.png' }],
  ])('%s', async (_, file, changed) => {
    const { logo_id: id, upload } = await announced('image/png');
    const { status } = await sendForm(upload, file, changed);
    expect([status >= 400 && status < 500, (await read(id)).status]).toEqual([true, 'pending']);
  });

  test('another size than was said', async () => {
    const { upload } = await announced('image/png', { size_bytes: 5 });
    expect((await sendForm(upload, new Uint8Array(6))).status).toBe(400);
    expect((await sendForm(upload, new Uint8Array(5))).status).toBe(204);
  });

  test.each([
    [{ content_type: 'image/svg+xml' }, 'content_type'],
    [{ content_type: 'image/png', size_bytes: 1_000_001 }, 'size_bytes'],
    [{}, 'content_type'],
    [{ content_type: 'image/png', key: 'logos/ws_other/logo_1' }, 'key'],
  ])('%j is refused before there is any', async (body, path) => {
    const answer = await post(body);
    expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.json()).toMatchObject({ errors: [{ path }] });
  });
});

describe('hostile files', () => {
  const png = () => pixelsPng(picture(64, 64));
  const header = (widthPx: number, heightPx: number) => pngHeader({ widthPx, heightPx, colorType: 6, depth: 16 });
  const bomb = (bytes: number) => pngChunk('IDAT', deflateSync(Buffer.alloc(bytes), { level: 9 }));
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  const FILES: readonly (readonly [string, string, () => Uint8Array | Promise<Uint8Array>, RegExp])[] = [
    ['a header of 30,000 × 30,000 pixels', 'image/png', () => pngOf(header(30_000, 30_000)), /30000 × 30000/],
    ['a bomb behind that header', 'image/png', () => pngOf(header(30_000, 30_000), bomb(2e8)), /30000 × 30000/],
    ['a bomb behind a header that is small', 'image/png', () => pngOf(header(16, 16), bomb(2e8)), /broken/],
    ['a bomb behind the largest header', 'image/png', () => pngOf(header(2_048, 2_048), bomb(2e8)), /broken/],
    [
      'a bomb behind a second header',
      'image/png',
      () => pngOf(header(16, 16), pngHeader({ widthPx: 30_000, heightPx: 30_000, colorType: 0, depth: 1 }), bomb(2e8)),
      /broken/,
    ],
    ['a PNG that is cut off', 'image/png', () => png().subarray(0, -20), /cut off/],
    [
      'a JPEG that is cut off',
      'image/jpeg',
      async () => (await encodeJpeg(picture(64, 64))).subarray(0, 300),
      /cut off|valid/,
    ],
    [
      'a WebP that is cut off',
      'image/webp',
      async () => (await encodeWebp(picture(64, 64))).subarray(0, -2),
      /cut off|broken/,
    ],
    ['a script in SVG', 'image/png', () => latin1('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), /SVG/],
    ['a web page', 'image/webp', () => latin1('<!doctype html><script>alert(1)</script>'), /markup/],
    ['a PNG that is called a JPEG', 'image/jpeg', png, /announced as JPEG but is PNG/],
    ['a JPEG that is called a PNG', 'image/png', () => encodeJpeg(picture(9, 9)), /announced as PNG but is JPEG/],
    ['a moving GIF', 'image/png', () => latin1('GIF89a\x01\0\x01\0\0\0\0;'), /GIF/],
    ['a ZIP', 'image/png', () => latin1('PK\x03\x04\x14\0\0\0'), /neither/],
    ['a single byte', 'image/webp', () => Uint8Array.of(0), /neither/],
    ['noise', 'image/png', () => Uint8Array.from({ length: 1_000_000 }, (_, at) => (at * 7919) % 251), /neither/],
  ];

  test.each(FILES)('%s is refused with its reason', async (_, type, make, reason) => {
    const logo = await uploaded(type, await make());
    expect(logo).toMatchObject({ status: 'refused', width: null, image_url: null });
    expect(logo.reason).toMatch(reason);
    const style = { logo_id: logo.logo_id };
    const carrying = await product.api('/v1/qr', { body: { content: 'https://example.com/', style } });
    expect(refusal(carrying)).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('a picture that is something else as well keeps the picture only', async () => {
    const html = '<script>alert(document.domain)</script>';
    const polyglot = Buffer.concat([png(), latin1(html), latin1('PK\x03\x04'), latin1(html)]);
    const { image_url } = await uploaded('image/png', polyglot);
    const kept = Buffer.from(await (await fetch(image_url ?? '')).arrayBuffer());
    for (const word of ['script', 'PK']) expect(kept.includes(word)).toBe(false);
  });

  test('all at once and again cost a bounded memory', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const files = await Promise.all(FILES.slice(0, 5).map(async ([, type, make]) => ({ type, file: await make() })));
    for (let round = 0; round < 2; round += 1) await Promise.all(files.map(({ type, file }) => uploaded(type, file)));
    clearInterval(watch);
    // 2,048 × 2,048 pixels of 16 bits are 34 MB, and as many again as RGBA.
    expect((peak - before) / 2 ** 20).toBeLessThan(300);
  });
});
