import { randomUUID } from 'node:crypto';
import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import type { Pixels } from '../../core/qr/drawing.ts';
import { onPage, WHITE } from '../../core/qr/pixels.ts';
import type { QrAnswer } from '../../lambdas/qr/schemas.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';

/** QR codes on the running product: made by the bundle that is deployed, read from the files it hands out. */
let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());

const TARGET = 'https://example.com/menu';

/** The bytes of an answer, which the other clients here read as text. */
async function fetched(
  path: string,
  { body, accept, key = product.key }: { body?: unknown; accept?: string; key?: string } = {},
) {
  const answer = await fetch(`${product.app}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

const made = async (body: object): Promise<QrAnswer> => (await product.api('/v1/qr', { body })).json<QrAnswer>();

/** Both decoders' readings of a file, after it was read as what it says it is. */
async function readingsOf({
  headers,
  bytes,
}: {
  headers: Headers;
  bytes: Buffer;
}): Promise<readonly (string | null)[]> {
  const type = headers.get('content-type') ?? '';
  const picture = onPage(await pictureOf(type, bytes), WHITE);
  return [await qrDecoders.zxing(picture), await qrDecoders.jsqr(picture)];
}

const pictureOf = (type: string, bytes: Buffer): Promise<Pixels> =>
  type === 'image/svg+xml'
    ? svgRaster(bytes.toString(), 600)
    : pictureDecoders[type.replace('image/', '') as 'png' | 'jpeg' | 'webp'](bytes);

describe('A link with its code in one call', () => {
  test('is there at once: whoever scans the code gets to the target, and is counted as a scan at its place', async () => {
    const body = { content: { link: { original_url: TARGET, title: 'Menu' }, placement: 'table-4' }, format: 'png' };
    const headers = { 'idempotency-key': randomUUID() };
    const first = await product.api('/v1/qr', { body, headers });
    expect(first.status).toBe(201);
    const code = first.json<QrAnswer>();
    expect((await product.api('/v1/qr', { body, headers })).text).toBe(first.text);

    const image = await fetch(code.image_url);
    const bytes = Buffer.from(await image.arrayBuffer());
    expect(image.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const [url = '', other] = await readingsOf({ headers: image.headers, bytes });
    expect(other).toBe(url);
    expect(url).toMatch(/^HTTP:\/\/LOCALHOST:\d+\/Q\/[A-Z2-7]+\/TABLE-4$/);

    // As it was read: capitals in scheme and host are the client's to understand.
    const visit = await fetch(url ?? '', { redirect: 'manual' });
    expect([visit.status, visit.headers.get('location')]).toEqual([302, TARGET]);
    const summary = `/v1/analytics/summary?short_code=${code.short_code}&bots=include`;
    type Summary = {
      readonly totals: { readonly scans: number };
      readonly top: Readonly<Record<string, readonly { readonly value: string; readonly clicks: number }[]>>;
    };
    const told = await eventually(
      async () => (await product.api(summary)).json<Summary>(),
      ({ totals }) => totals.scans === 1,
      10_000,
    );
    expect(told.top['placement']).toMatchObject([{ value: 'table-4', clicks: 1 }]);
  });

  test('is not made where the code is refused', async () => {
    const alias = `pale-${randomUUID().slice(0, 8)}`;
    const content = { link: { original_url: TARGET, custom_alias: alias } };
    const refused = await product.api('/qr/generate', { body: { content, style: { foreground: '#eeeeee' } } });
    expect(refusal(refused)).toEqual([422, 'QR_UNSCANNABLE']);
    expect((await product.api(`/v1/urls/${alias}`)).status).toBe(404);
    expect((await product.api('/qr/generate', { body: { content } })).status).toBe(201);
  });
});

describe('A file', () => {
  const STYLE = { dots: 'rounded', foreground: '#14213d' };

  test.each(['svg', 'png', 'jpeg', 'webp'])('as %s is read by both decoders, made so or converted', async (format) => {
    const body = { content: { text: `file ${format} äöü` }, format, size: 480, style: STYLE };
    const direct = await fetched('/v1/qr', { body, accept: 'image/*' });
    expect(direct.status).toBe(201);
    expect(await readingsOf(direct)).toEqual([body.content.text, body.content.text]);

    const pdf = await made({ ...body, format: 'pdf' });
    const converted = await fetched(`/v1/qr/${pdf.qr_id}/image?format=${format}&size=700`);
    expect(converted.headers.get('content-type')).toBe(direct.headers.get('content-type'));
    expect(await readingsOf(converted)).toEqual([body.content.text, body.content.text]);
  });

  test.each([
    ['pdf', /^%PDF-1\.4[\s\S]+\/MediaBox \[0 0 85\.0\d+ 85\.0\d+\][\s\S]+%%EOF\n$/],
    ['eps', /^%!PS-Adobe-3\.0 EPSF-3\.0[\s\S]+%%HiResBoundingBox: 0 0 85\.0\d+ 85\.0\d+/],
  ])('as %s is one page of thirty millimetres', async (format, shape) => {
    const accept = format === 'pdf' ? 'application/pdf' : 'application/postscript';
    const file = await fetched('/v1/qr', { body: { content: { text: 'print' }, size_mm: 30 }, accept });
    expect([file.status, file.headers.get('content-type')]).toEqual([201, accept]);
    expect(file.bytes.toString('latin1')).toMatch(shape);
  });

  test('for print has the pixels and the resolution that millimetres come to', async () => {
    const body = { content: { text: 'print' }, size_mm: 50, dpi: 600, format: 'png' };
    const { bytes } = await fetched('/v1/qr', { body, accept: 'image/png' });
    expect([bytes.readUInt32BE(16), bytes.includes('pHYs')]).toEqual([1181, true]);
  });

  test('is asked for twice and drawn once', async () => {
    const body = { content: { text: randomUUID() }, format: 'webp', size: 900, style: STYLE };
    const first = await fetched('/v1/qr', { body, accept: 'image/webp' });
    const objects = await stored();
    const second = await fetched('/v1/qr', { body, accept: 'image/webp' });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(await stored()).toEqual(objects);
    const other = await fetched('/v1/qr', { body, accept: 'image/webp', key: product.freeKey });
    expect([other.status, other.bytes.equals(first.bytes)]).toEqual([201, true]);
  });
});

/** When each image was written. */
async function stored(): Promise<readonly string[]> {
  const { data } = (await product.api('/v1/qr?limit=100')).json<{ data: readonly QrAnswer[] }>();
  return Promise.all(
    data.map(
      async ({ image_url: url }) => `${url} ${(await fetch(url, { method: 'HEAD' })).headers.get('last-modified')}`,
    ),
  );
}

test('Codes are listed, newest first, and belong to their workspace', async () => {
  const { qr_id: id } = await made({ content: { text: randomUUID() } });
  const page = (await product.api('/v1/qr?limit=1')).json<{ data: readonly QrAnswer[]; next_cursor: string }>();
  expect(page.data.map(({ qr_id }) => qr_id)).toEqual([id]);
  const next = await product.api(`/v1/qr?limit=1&cursor=${page.next_cursor}`);
  expect(next.json<{ data: readonly QrAnswer[] }>().data[0]?.qr_id).not.toBe(id);
  for (const path of [`/v1/qr/${id}`, `/v1/qr/${id}/image`])
    expect(refusal(await product.api(path, { key: product.freeKey }))).toEqual([404, 'QR_NOT_FOUND']);
});

test('An image of a link needs no code that is kept', async () => {
  const alias = `show-${randomUUID().slice(0, 8)}`;
  await product.api('/v1/urls', { body: { original_url: TARGET, custom_alias: alias } });
  const image = await fetched(`/v1/urls/${alias}/qr?format=svg&foreground=0b3d91&dots=classy&frame_text=Scan%20me`);
  const [url = ''] = await readingsOf(image);
  expect((await fetch(url ?? '', { redirect: 'manual' })).headers.get('location')).toBe(TARGET);
  const key = await product.keyWith(['qr:read']);
  expect((await fetched(`/v1/urls/${alias}/qr`, { key })).status).toBe(200);
  expect((await fetched('/v1/qr', { key, body: { content: { text: 'x' } } })).status).toBe(403);
});

test('What the function needs is in its bundle: a new environment draws every kind of file', async () => {
  const qr = product.laptop.plan.functions.find(({ name }) => name.startsWith('QrFunction'));
  await product.laptop.host.kill(qr?.name ?? '');
  for (const format of ['svg', 'png', 'jpeg', 'webp', 'pdf', 'eps']) {
    const body = { content: { text: randomUUID() }, format, style: { dots: 'dots' } };
    expect((await fetched('/v1/qr', { body })).status).toBe(201);
  }
});
