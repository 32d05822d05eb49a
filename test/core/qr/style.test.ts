import { charactersOf, glyphOf, isDrawable } from '../../../core/qr/alphabet.ts';
import { contrast } from '../../../core/qr/color.ts';
import { drawCode } from '../../../core/qr/draw.ts';
import { CAPITALS, DIGITS, SIGNS, SMALL_LETTERS } from '../../../core/qr/letter-strokes.ts';
import { errorCorrectionFor, LOGO_SHARE } from '../../../core/qr/limits.ts';
import { logoArea } from '../../../core/qr/logo-area.ts';
import { drawQr } from '../../../core/qr/make-code.ts';
import { ERROR_CORRECTIONS, qrMatrix } from '../../../core/qr/matrix.ts';
import { pixelsPng } from '../../../core/qr/pixels-png.ts';
import { roleAt, rolesOf } from '../../../core/qr/roles.ts';
import type { Color, QrStyle } from '../../../core/qr/style.ts';
import { isPlain, PLAIN_STYLE } from '../../../core/qr/style.ts';
import { styleFindings } from '../../../core/qr/style-findings.ts';
import type { StyleInput } from '../../../core/qr/style-input.ts';
import { styleInput, styleOf } from '../../../core/qr/style-input.ts';

const findingsOf = (change: Partial<QrStyle>): readonly string[] =>
  styleFindings({ ...PLAIN_STYLE, ...change }, 'Q').map(({ code, severity }) => `${severity} ${code}`);

describe('A style', () => {
  it('that says nothing is a plain code', () => {
    expect(styleOf({})).toEqual(PLAIN_STYLE);
    expect(isPlain(styleOf({}))).toBe(true);
    expect(isPlain(styleOf({ background: 'transparent', foreground: '#00F' }))).toBe(true);
  });

  it.each<StyleInput>([
    { dots: 'rounded' },
    { dot_scale: 0.9 },
    { eyes: { ball: 'dot' } },
    { eyes: { frame_color: '#123456' } },
    {
      gradient: {
        kind: 'radial',
        stops: [
          { offset: 0, color: '#000' },
          { offset: 1, color: '#00f' },
        ],
      },
    },
    { logo_id: 'logo_1' },
    { frame: { shape: 'label', text: 'Scan me' } },
  ])('with %j is not plain', (input) => {
    expect(styleInput.safeParse(input).success).toBe(true);
    expect(isPlain(styleOf(input))).toBe(false);
  });

  it('writes colours one way', () => {
    expect(styleOf({ foreground: '#AbC', background: '#FFEEDD' })).toMatchObject({
      foreground: '#aabbcc',
      background: '#ffeedd',
    });
  });

  it.each([
    [{ dots: 'stars' }, 'dots'],
    [{ dot_scale: 0.2 }, 'dot_scale'],
    [{ foreground: 'red' }, 'foreground'],
    [{ foreground: '#12345' }, 'foreground'],
    [{ foreground: '#000"/><script>' }, 'foreground'],
    [{ frame: { shape: 'label', text: 'Сканируй' } }, 'frame.text'],
    [{ frame: { shape: 'label', text: ' ' } }, 'frame.text'],
    [{ gradient: { kind: 'linear', stops: [{ offset: 0, color: '#000' }] } }, 'gradient.stops'],
    [
      {
        gradient: {
          kind: 'linear',
          stops: [
            { offset: 1, color: '#000' },
            { offset: 1, color: '#00f' },
          ],
        },
      },
      'gradient.stops',
    ],
    [{ font: 'Arial' }, ''],
    [{ logo_id: '../ws_2/logo_1' }, 'logo_id'],
    [{ logo_id: 'qr_1' }, 'logo_id'],
    [{ logo_share: 0.1 }, 'logo_share'],
    [{ logo_clear: false }, 'logo_clear'],
  ])('refuses %j', (input, path) => {
    const { error } = styleInput.safeParse(input);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('What of a style still scans', () => {
  it.each<readonly [string, Partial<QrStyle>, readonly string[]]>([
    ['black on white', {}, []],
    ['4.6 : 1', { foreground: '#757575' }, []],
    ['3.5 : 1', { foreground: '#888888' }, ['warn contrast']],
    ['2.2 : 1', { foreground: '#aeaeae' }, ['refuse contrast']],
    ['inverted', { foreground: '#ffffff', background: '#000000' }, ['refuse inverted']],
    ['nothing beneath', { background: 'transparent' }, ['warn transparent']],
    [
      'a gradient by its lightest stop',
      {
        gradient: {
          kind: 'linear',
          rotationDeg: 0,
          stops: [
            { offset: 0, color: '#000000' },
            { offset: 0.5, color: '#bbbbbb' },
            { offset: 1, color: '#000000' },
          ],
        },
      },
      ['refuse contrast'],
    ],
    ['light eyes', { eyes: { ...PLAIN_STYLE.eyes, ballColor: '#bbbbbb' } }, ['refuse eye_contrast']],
    ['eyes lighter than black dots', { eyes: { ...PLAIN_STYLE.eyes, frameColor: '#6a6a6a' } }, ['warn eye_contrast']],
    ['dark blue eyes with black dots', { eyes: { ...PLAIN_STYLE.eyes, frameColor: '#0b3d91' } }, []],
    ['a square in a ring', { eyes: { ...PLAIN_STYLE.eyes, frame: 'dot' } }, ['refuse eye_shape']],
    ['a leaf in a ring', { eyes: { ...PLAIN_STYLE.eyes, frame: 'dot', ball: 'leaf' } }, ['warn eye_shape']],
    ['a round ball in a ring', { eyes: { ...PLAIN_STYLE.eyes, frame: 'dot', ball: 'dot' } }, []],
    ['small squares', { dots: { shape: 'square', scale: 0.6 } }, ['warn dot_scale']],
    ['tiny squares', { dots: { shape: 'square', scale: 0.4 } }, ['refuse dot_scale']],
    ['circles of .75', { dots: { shape: 'dots', scale: 0.75 } }, ['warn dot_scale']],
    ['circles of .9', { dots: { shape: 'dots', scale: 0.9 } }, []],
    ['two modules of margin', { marginModules: 2 }, []],
    ['one', { marginModules: 1 }, ['warn quiet_zone']],
    ['none', { marginModules: 0 }, ['refuse quiet_zone']],
    ['white words on black', { frame: { shape: 'label', text: 'Hi', color: '#000000', textColor: '#ffffff' } }, []],
    [
      'white words on the palest gray',
      { frame: { shape: 'box', text: 'Hi', color: '#eeeeee', textColor: '#ffffff' } },
      ['warn words_contrast'],
    ],
    ['a logo of 9 %', { logo: { id: 'a', share: 0.09, clear: true } }, []],
    ['a logo of 12 %', { logo: { id: 'a', share: 0.12, clear: true } }, ['warn logo_share']],
    ['a logo of 25 %', { logo: { id: 'a', share: 0.25, clear: true } }, ['refuse logo_share']],
  ])('%s', (_, change, expected) => {
    expect(findingsOf(change)).toEqual(expected);
  });

  it('comes with advice that says how far', () => {
    const [finding] = styleFindings({ ...PLAIN_STYLE, foreground: '#aeaeae' }, 'M');
    expect(finding?.advice).toBe('Raise the contrast of the dots: 2.2:1, need 3:1.');
    const stops = [
      { offset: 0, color: '#000000' },
      { offset: 1, color: '#aeaeae' },
    ] as const;
    const [ofGradient] = styleFindings({ ...PLAIN_STYLE, gradient: { kind: 'linear', rotationDeg: 0, stops } }, 'M');
    expect(ofGradient?.advice).toBe('Raise the contrast of the lightest stop: 2.2:1, need 3:1.');
  });

  it.each<readonly [Color, Color, number]>([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#ffffff', '#777777', 4.48],
    ['#123456', '#123456', 1],
  ])('measures the contrast of %s on %s as WCAG does', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2);
  });
});

describe('A logo', () => {
  it('hides whole modules in the middle, no more than its share, and nothing a scanner needs', () => {
    for (let version = 1; version <= 40; version++)
      for (const aspect of [0.4, 1, 1.78, 3])
        for (const share of [0.04, 0.09, 0.12, 0.3]) {
          const size = version * 4 + 17;
          const area = logoArea({ size }, share, aspect);
          if (area === null) continue;
          expect(area.width * area.height).toBeLessThanOrEqual(share * size ** 2);
          expect([area.x * 2 + area.width, area.y * 2 + area.height]).toEqual([size, size]);
          const roles = rolesOf(size);
          const touched = new Set<string>();
          for (let row = area.y; row < area.y + area.height; row++)
            for (let column = area.x; column < area.x + area.width; column++)
              touched.add(roleAt(roles, row * size + column));
          expect([...touched].filter((role) => role !== 'data' && role !== 'alignment')).toEqual([]);
        }
  });

  it('grows with its share, and stays where its shape leaves no room', () => {
    for (let version = 2; version <= 40; version++)
      for (const aspect of [0.25, 0.4, 1, 1.78, 4, 8]) {
        const heights = [0.02, 0.05, 0.09, 0.12, 0.15, 0.2, 0.25, 0.3].map((share) => {
          const area = logoArea({ size: version * 4 + 17 }, share, aspect);
          return area === null ? 0 : Math.min(area.width / aspect, area.height);
        });
        expect(heights).toEqual(heights.toSorted((one, other) => one - other));
      }
  });

  it('is judged by what it hides, not by what it may', () => {
    const pixels = { widthPx: 4, heightPx: 1, rgba: new Uint8Array(16).fill(255) };
    const look = {
      format: 'svg',
      size: { widthPx: 600 },
      errorCorrection: 'H',
      title: 'x',
      content: 'https://example.com/',
    } as const;
    const style: QrStyle = { ...PLAIN_STYLE, logo: { id: 'lgo_1', share: 0.3, clear: true } };
    const { hiddenShare } = drawQr({ ...look, style, logo: { pixels, pngBytes: pixelsPng(pixels) } });
    expect(hiddenShare).toBeGreaterThan(0.05);
    expect(hiddenShare).toBeLessThan(0.2);
    expect(styleFindings(style, 'H', 0.12)).toEqual([]);
    expect(styleFindings(style, 'H', 0.15)).toMatchObject([
      { severity: 'warn', advice: expect.stringContaining(' 15 %,') },
    ]);
  });

  it('is about as large as its share, and has its own shape', () => {
    const area = logoArea({ size: 45 }, 0.12, 2);
    if (area === null) throw new Error('no room');
    expect(area.width / area.height).toBeCloseTo(2, 0);
    expect((area.width * area.height) / 45 ** 2).toBeGreaterThan(0.08);
  });

  it('makes room only where it is asked to', () => {
    const matrix = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'H' });
    const logo = { id: 'lgo_1', share: 0.1, clear: true };
    const styleWith = (clear: boolean): QrStyle => ({ ...PLAIN_STYLE, logo: { ...logo, clear } });
    const plain = drawCode(matrix, PLAIN_STYLE);
    expect(drawCode(matrix, styleWith(false)).layers).toEqual(plain.layers);
    expect(drawCode(matrix, styleWith(true)).layers).not.toEqual(plain.layers);
    expect(plain.logo).toBeNull();
  });

  it('needs the error correction that bears it', () => {
    expect(ERROR_CORRECTIONS.map((level) => errorCorrectionFor(null, level))).toEqual(['L', 'M', 'Q', 'H']);
    expect(ERROR_CORRECTIONS.map((level) => errorCorrectionFor(0.09, level))).toEqual(['Q', 'Q', 'Q', 'H']);
    expect(ERROR_CORRECTIONS.map((level) => errorCorrectionFor(0.1, level))).toEqual(['H', 'H', 'H', 'H']);
    expect(LOGO_SHARE.Q).toBeLessThan(LOGO_SHARE.H);
  });
});

/** Latin-1 and its neighbours, in both cases. */
const ACCENTED = Array.from('àáâãäåāăçčďèéêëēėęěìíîïīñńňòóôõöőřšśşșťțùúûüůűýÿžźż').flatMap((small) => [
  small,
  small.toUpperCase(),
]);

describe('The words of a frame', () => {
  it('are drawn within their strip, from letters that all have strokes', () => {
    // Of a strip that is 0.17 of a code high capitals take 0.44: 3.8 are left above and below them.
    for (const letter of [...Object.keys({ ...CAPITALS, ...SMALL_LETTERS, ...DIGITS, ...SIGNS }), ...ACCENTED]) {
      const { width, strokes } = glyphOf(letter);
      expect([letter, strokes.length > 0]).toEqual([letter, letter.trim() !== '']);
      for (const [, ...values] of strokes)
        values.forEach((value, index) => {
          expect(value).toBeGreaterThanOrEqual(index % 2 === 0 ? 0 : -3);
          expect(value).toBeLessThanOrEqual(index % 2 === 0 ? width + 0.2 : 7.9);
        });
    }
  });

  it('are drawn as they were written, small letters small', () => {
    expect(glyphOf('a')).not.toEqual(glyphOf('A'));
    expect(styleOf({ frame: { shape: 'label', text: 'Scan me' } }).frame?.text).toBe('Scan me');
    const heightOf = (letter: string) => 6 - Math.min(...glyphOf(letter).strokes.flatMap(([, , y]) => y ?? []));
    for (const small of 'acemnorsuvwxz') expect([small, heightOf(small)]).toEqual([small, 4]);
    for (const high of 'bdfhkltABCXYZ') expect([high, heightOf(high) > 5]).toEqual([high, true]);
  });

  it('may have the letters of Europe, with their accents over them or below', () => {
    for (const letter of ACCENTED) expect([letter, isDrawable(letter)]).toEqual([letter, true]);
    const yOf = (letter: string) => glyphOf(letter).strokes.flatMap(([, , y]) => y ?? []);
    expect(Math.min(...yOf('é'))).toBeLessThan(Math.min(...yOf('e')));
    expect(Math.min(...yOf('É'))).toBeLessThan(Math.min(...yOf('E')));
    expect(Math.max(...yOf('ç'))).toBeGreaterThan(Math.max(...yOf('c')));
    // Instead of its dot, not above it.
    expect(glyphOf('ï').strokes).toHaveLength(glyphOf('ı').strokes.length + 4);
  });

  it('are the same however an accent was typed', () => {
    expect(charactersOf('Cafe\u0301')).toEqual(['C', 'a', 'f', 'é']);
    const text = (typed: string) => styleOf({ frame: { shape: 'box', text: typed } }).frame?.text;
    expect(text('Cafe\u0301')).toBe('Café');
  });

  it.each([
    ['Scan me 🙂', '🙂'],
    ['Сканируй', 'С к а н и р у й'],
    ['扫我', '扫 我'],
    ['a\tb', '\t'],
    ['x\u0302', '\u0302'],
  ])('that cannot be drawn are refused by their characters: %j', (text, missing) => {
    const { error } = styleInput.safeParse({ frame: { shape: 'label', text } });
    expect(error?.issues).toMatchObject([
      { path: ['frame', 'text'], message: expect.stringContaining(`there is nothing to draw ${missing} with`) },
    ]);
  });

  it.each(['label', 'box'] as const)('leave the code its quiet zone: %s', (shape) => {
    const matrix = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'M' });
    for (const marginModules of [0, 2, 4, 16])
      for (const text of ['A', 'SCAN ME', 'Århus, Ågård', 'W'.repeat(30)]) {
        const frame = { shape, text, color: '#0b3d91', textColor: '#ffffff' } as const;
        const { code, layers, width, height } = drawCode(matrix, { ...PLAIN_STYLE, marginModules, frame });
        const gap = Math.max(2, marginModules);
        for (const { paint, path } of layers) {
          if (paint === PLAIN_STYLE.foreground) continue;
          for (const [, ...values] of path)
            values.forEach((value, index) => {
              expect(value).toBeGreaterThanOrEqual(0);
              expect(value).toBeLessThanOrEqual((index % 2 === 0 ? width : height) + 1e-9);
            });
          const inside = path.some(
            ([step, x = 0, y = 0]) =>
              step !== 'close' &&
              x > code.x - (shape === 'box' ? gap : 0) &&
              x < code.x + code.width &&
              y > code.y - gap &&
              y < code.y + code.height + gap - 1e-9,
          );
          expect([marginModules, text, inside]).toEqual([marginModules, text, false]);
        }
      }
  });
});
