import fc from 'fast-check';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import { onPage, WHITE } from '../../core/qr/pixels.ts';
import type { QrReply } from '../fixtures/qr-api.ts';
import { qrApi } from '../fixtures/qr-api.ts';

const api = qrApi();
const post = (body: unknown) => api.post(body);
const isRefusal = ({ status }: QrReply): boolean => status >= 400 && status < 500;

/** JSON in which a text is put as it is: what `JSON.stringify` would write otherwise, such as half a surrogate pair. */
const withRaw = (text: string): string => JSON.stringify({ content: { text: '#' } }).replace('#', text);

const HOSTILE_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['ten thousand letters', 'x'.repeat(10_000)],
  ['ten thousand digits', '7'.repeat(10_000)],
  ['a NUL', 'a\u0000b'],
  ['a bell', '\u0007'],
  ['half a surrogate pair', '\ud800'],
  ['a byte order mark', '\ufeffhello'],
  ['an emoji of seven code points', '👩‍👩‍👧‍👦'],
  ['right to left', 'שלום עולם \u202eabc'],
  ['combining marks', `e${'\u0301'.repeat(300)}`],
  ['markup', '</title><script>alert(1)</script>'],
  ['nothing', ''],
  ['a space', ' '],
  ['line ends', 'a\r\nb\u2028c'],
  ['a prototype', '__proto__'],
];

test.each(HOSTILE_TEXTS)('%s is refused, or read as it was sent', async (_, text) => {
  const made = await post({ content: { text }, format: 'svg', force: true });
  if (isRefusal(made)) return;
  expect([200, 201]).toContain(made.status);
  const image = await api.call('GET', '/v1/qr/{qr_id}/image', { params: { qr_id: made.json().qr_id } });
  const svg = image.bytes.toString();
  expect(svg).not.toContain('<script');
  expect(await qrDecoders.zxing(onPage(await svgRaster(svg, 600), WHITE))).toBe(text);
});

test('Half a surrogate pair, written as an escape, is no JSON', async () => {
  for (const escape of ['\\ud800', '\\udfff', 'x\\udc00\\ud800'])
    expect((await post(withRaw(escape))).status).toBe(400);
});

test.each([
  ['no JSON', '{', 400],
  ['null', 'null', 400],
  ['an array', '[]', 400],
  ['a text', '"x"', 400],
  ['a prototype', '{"__proto__":{"content":"https://example.com"}}', 400],
  ['content without members', '{"content":{}}', 400],
  ['content as a number', '{"content":1}', 400],
  ['a link that is none', '{"content":{"link":null}}', 400],
  ['a link of two kinds', '{"content":{"link":{"original_url":"https://example.com"},"short_code":"abc"}}', 400],
  ['a code with a slash', '{"content":{"short_code":"../abc"}}', 404],
  ['more than may be sent', JSON.stringify({ content: { text: 'x'.repeat(300_000) } }), 413],
  [
    'very many members',
    JSON.stringify({
      content: 'https://example.com',
      ...Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`m${i}`, i])),
    }),
    400,
  ],
])('%s is refused', async (_, body, status) => {
  expect((await post(body)).status).toBe(status);
});

/** Texts as people paste and as attackers write. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 3_000 }),
);
const oneOf = (...values: readonly unknown[]) => fc.constantFrom(...values);
const anyColor = fc.oneof(
  oneOf('#000', '#fff', '#7f7f7f', 'red', '#12345g', 'transparent', null),
  fc.string({ maxLength: 8 }),
);

const anyBody = fc.record(
  {
    content: fc.oneof(
      fc.webUrl(),
      anyText.map((text) => ({ text })),
      fc.record({
        wifi: fc.record(
          { ssid: anyText, security: oneOf('WPA', 'nopass', 'x'), password: anyText },
          { requiredKeys: [] },
        ),
      }),
      fc.record({
        vcard: fc.dictionary(
          oneOf('given_name', 'note', 'x', 'emails').map(String),
          fc.oneof(anyText, fc.array(anyText)),
        ),
      }),
      fc.record({ geo: fc.record({ latitude: fc.double(), longitude: fc.double() }) }),
      fc.jsonValue(),
    ),
    format: oneOf('svg', 'png', 'jpeg', 'webp', 'pdf', 'eps', 'gif', 1),
    size: fc.oneof(fc.integer({ min: 60, max: 400 }), fc.double(), oneOf(null, '300', -1, 1e99)),
    margin: fc.oneof(fc.integer({ min: -1, max: 17 }), fc.double()),
    error_correction: oneOf('L', 'M', 'Q', 'H', 'X', null),
    title: anyText,
    style: fc.record(
      {
        dots: oneOf('square', 'rounded', 'dots', 'classy', 'vertical', 'star'),
        dot_scale: fc.double({ min: 0, max: 1.2 }),
        foreground: anyColor,
        background: anyColor,
        logo_id: anyText,
        frame: fc.record({ shape: oneOf('label', 'box', 'x'), text: anyText }),
        gradient: fc.record({
          kind: oneOf('linear', 'radial'),
          rotation: fc.double(),
          stops: fc.array(fc.record({ offset: fc.double(), color: anyColor }), { maxLength: 6 }),
        }),
      },
      { requiredKeys: [] },
    ),
    force: oneOf(true, false, 'yes'),
  },
  { requiredKeys: ['content'] },
);

test('Whatever is sent, nothing ends in an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(anyBody, async (body) => {
      const { status } = await post(JSON.stringify(body));
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 250, seed: 5 },
  );
  expect(api.lines).toEqual([]);
}, 60_000);

test('Whatever a query says, nothing ends in an error of ours', async () => {
  await post({ content: { link: { original_url: 'https://example.com', custom_alias: 'menu' } } });
  const names = [
    'format',
    'size',
    'size_mm',
    'dpi',
    'margin',
    'dots',
    'dot_scale',
    'foreground',
    'eye_frame',
    'frame_text',
    'logo_id',
    'placement',
    'force',
    'x',
  ];
  const anyValue = fc.oneof(
    oneOf('svg', 'png', '200', '1e9', '-1', 'NaN', 'fff', '#000', 'rounded', 'true', '').map(String),
    anyText,
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(oneOf(...names).map(String), anyValue, { maxKeys: 4 }), async (query) => {
      for (const path of ['/v1/urls/{code}/qr', '/v1/qr/{qr_id}/image'])
        expect((await api.call('GET', path, { params: { code: 'menu', qr_id: 'qr_x' }, query })).status).toBeLessThan(
          500,
        );
    }),
    { numRuns: 150, seed: 6 },
  );
  expect(api.lines).toEqual([]);
}, 60_000);
