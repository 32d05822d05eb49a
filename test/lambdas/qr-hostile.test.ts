import fc from 'fast-check';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import { onPage, WHITE } from '../../core/qr/pixels.ts';
import type { QrReply } from '../fixtures/qr-api.ts';
import { qrApi } from '../fixtures/qr-api.ts';

/** How well styles scan is not the matter here: each is known to, so that a code is read once, unless even that fails. */
const KNOWN = { score: 100, grade: 'A', failed: [], advice: [] } as const;
const api = qrApi({
  scores: { find: async () => KNOWN, keep: async () => undefined },
  decoders: { ...qrDecoders, jsqr: async () => null },
});
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

/** Nine in ten are as they should be, so that many bodies get as far as to be drawn. */
const mostly = (valid: fc.Arbitrary<unknown>, hostile: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: valid }, { weight: 1, arbitrary: hostile });

const anyContent = mostly(
  fc.oneof(
    fc.webUrl(),
    anyText.map((text) => ({ text })),
    fc.record({ geo: fc.record({ latitude: fc.double({ min: -90, max: 90 }), longitude: fc.double() }) }),
    fc.record({ wifi: fc.record({ ssid: anyText, security: oneOf('WPA', 'nopass'), password: anyText }) }),
    fc.record({ vcard: fc.record({ given_name: anyText, note: anyText }) }),
    fc.record({ email: fc.record({ to: fc.emailAddress(), subject: anyText, body: anyText }) }),
  ),
  fc.jsonValue(),
);
const anyStop = fc.record({ offset: mostly(oneOf(0, 0.5, 1), fc.double()), color: anyColor });
const anyStyle = fc.record(
  {
    dots: mostly(oneOf('square', 'rounded', 'dots', 'classy', 'vertical'), anyText),
    dot_scale: mostly(fc.double({ min: 0.3, max: 1, noNaN: true }), fc.double()),
    foreground: mostly(oneOf('#000', '#123456'), anyColor),
    background: mostly(oneOf('#fff', 'transparent'), anyColor),
    frame: fc.record({ shape: oneOf('label', 'box'), text: mostly(oneOf('Scan me', 'A&B'), anyText) }),
    gradient: fc.record({
      kind: oneOf('linear', 'radial'),
      rotation: fc.double(),
      stops: fc.array(anyStop, { maxLength: 6 }),
    }),
    logo_id: anyText,
  },
  { requiredKeys: [] },
);

const anyBody = fc.record(
  {
    content: anyContent,
    format: mostly(oneOf('svg', 'png', 'jpeg', 'webp', 'pdf', 'eps'), oneOf('gif', 1, null)),
    size: mostly(fc.integer({ min: 64, max: 300 }), fc.oneof(fc.double(), oneOf(null, '300', -1, 1e99))),
    margin: mostly(fc.integer({ min: 0, max: 16 }), fc.double()),
    error_correction: mostly(oneOf('L', 'M', 'Q', 'H'), oneOf('X', null)),
    title: mostly(oneOf('<b>&"', 'Menü'), anyText),
    style: mostly(fc.constant({}), anyStyle),
    force: mostly(fc.constant(true), oneOf(false, 'yes')),
  },
  { requiredKeys: ['content', 'force'] },
);

test('Whatever is sent, nothing ends in an error of ours', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(anyBody, async (body) => {
      const { status } = await post(JSON.stringify(body));
      expect(status).toBeLessThan(500);
      if (status < 300) made += 1;
    }),
    { numRuns: 150, seed: 5, interruptAfterTimeLimit: 30_000 },
  );
  expect(api.lines).toEqual([]);
  expect(made).toBeGreaterThan(30);
}, 120_000);

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
