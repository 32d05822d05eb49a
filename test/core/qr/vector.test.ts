import { drawCode } from '../../../core/qr/draw.ts';
import { eps } from '../../../core/qr/eps.ts';
import { qrMatrix } from '../../../core/qr/matrix.ts';
import { pdf } from '../../../core/qr/pdf.ts';
import type { QrStyle } from '../../../core/qr/style.ts';
import { PLAIN_STYLE } from '../../../core/qr/style.ts';
import { svg } from '../../../core/qr/svg.ts';

const matrix = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'H' });
const RICH: QrStyle = {
  ...PLAIN_STYLE,
  dots: { shape: 'rounded', scale: 1 },
  eyes: { frame: 'extra-rounded', ball: 'dot', frameColor: '#0b3d91', ballColor: '#b3261e' },
  gradient: {
    kind: 'radial',
    rotationDeg: 0,
    // As many as there may be, and none at an end.
    stops: [0.1, 0.3, 0.5, 0.7, 0.9].map((offset, index) => ({
      offset,
      color: index % 2 === 0 ? '#7a1fa2' : '#0b3d91',
    })),
  },
  logo: { id: 'lgo_1', share: 0.1, clear: true },
  frame: { shape: 'label', text: 'Scan me', color: '#0b3d91', textColor: '#ffffff' },
};
const PICTURE = { widthPx: 2, heightPx: 1, rgba: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 128) };
const size = { widthMm: 40, dpi: 300 } as const;
const title = 'Grüße & <mehr>';
const plain = drawCode(matrix, PLAIN_STYLE);
const rich = drawCode(matrix, RICH, { logoAspect: 2 });

describe('An SVG', () => {
  it('has one path for each paint, a role and a title', () => {
    const text = svg(plain, { size: { widthPx: 600 }, title });
    expect(text.match(/<path /g)).toHaveLength(2);
    expect(text).toContain('role="img"');
    expect(text).toContain('<title>Grüße &amp; &lt;mehr&gt;</title>');
    expect(text).toContain('width="600" height="600"');
    expect(Buffer.byteLength(text)).toBeLessThan(3_000);
  });

  it('is as wide as asked on paper, and as high as its frame makes it', () => {
    const [, width, height] = /width="([\d.]+)mm" height="([\d.]+)mm"/.exec(svg(rich, { size, title })) ?? [];
    expect(width).toBe('40');
    expect(Number(height)).toBeCloseTo((40 * rich.height) / rich.width, 2);
  });

  it('uses the gradient it defines and the logo it was given, and nothing from outside', () => {
    const text = svg(rich, { size, title, logoPng: Uint8Array.of(1, 2, 3) });
    const id = /<radialGradient id="([^"]+)"/.exec(text)?.[1];
    expect(text).toContain(`fill="url(#${id})"`);
    expect(text).toContain('href="data:image/png;base64,AQID"');
    const addresses = text.match(/(?:https?:|href=")[^"]*/g) ?? [];
    expect(addresses.filter((address) => !/w3\.org|^href="data:/.test(address))).toEqual([]);
  });

  it('of two gradients on one page does not mix them up', () => {
    const other = drawCode(matrix, {
      ...RICH,
      gradient: { kind: 'linear', rotationDeg: 90, stops: RICH.gradient?.stops ?? [] },
    });
    const idIn = (text: string) => /Gradient id="([^"]+)"/.exec(text)?.[1];
    expect(idIn(svg(rich, { size, title }))).not.toBe(idIn(svg(other, { size, title })));
  });
});

describe('A PDF', () => {
  it.each([
    ['plain', pdf(plain, { size, title })],
    ['rich', pdf(rich, { size, title, logo: PICTURE })],
  ])('says truly where its objects are and how long its streams: %s', (_, file) => {
    const text = file.toString('latin1');
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    expect(text.slice(start, start + 5)).toBe('xref\n');
    const offsets = Array.from(text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm), ([, offset]) => Number(offset));
    offsets.forEach((offset, index) => {
      expect(text.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`));
    });
    for (const match of text.matchAll(/\/Length (\d+) >>\nstream\n/g))
      expect(text.slice(match.index + match[0].length + Number(match[1])).startsWith('\nendstream\n')).toBe(true);
    for (const [, reference] of text.matchAll(/(\d+) 0 R/g))
      expect(Number(reference)).toBeLessThanOrEqual(offsets.length);
    expect(text).toContain(`/Size ${offsets.length + 1} `);
  });

  it('is as large as asked, in points', () => {
    const text = pdf(plain, { size: { widthMm: 25.4, dpi: 300 }, title }).toString('latin1');
    expect(text).toContain('/MediaBox [0 0 72 72]');
  });

  it('shades gradients and masks the logo by its alpha', () => {
    const text = pdf(rich, { size, title, logo: PICTURE }).toString('latin1');
    expect(text).toContain('/ShadingType 3');
    expect(text).toMatch(/\/SMask \d+ 0 R/);
    expect(text).toContain('/Title <FEFF00470072');
  });
});

describe('An EPS', () => {
  it('says how large it is and which level it needs', () => {
    const text = eps(plain, { size: { widthMm: 25.4, dpi: 300 }, title });
    expect(text.split('\n').slice(0, 4)).toEqual([
      '%!PS-Adobe-3.0 EPSF-3.0',
      '%%BoundingBox: 0 0 72 72',
      '%%HiResBoundingBox: 0 0 72 72',
      '%%Creator: Signpost',
    ]);
    expect(text).toContain('%%LanguageLevel: 2\n');
    expect(eps(rich, { size, title })).toContain('%%LanguageLevel: 3\n');
  });

  it('is ASCII in lines a printer can take, whatever the title says', () => {
    const text = eps(rich, { size, title: 'Grüße\n%%BoundingBox: 0 0 1 1\nshowpage', logo: PICTURE });
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text.match(/^%%BoundingBox/gm)).toHaveLength(1);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(255);
  });

  it('keeps what it saves', () => {
    const text = eps(rich, { size, title, logo: PICTURE });
    expect(text.match(/^q$|^gsave/gm)).toHaveLength(text.match(/^Q$|grestore$/gm)?.length ?? 0);
  });
});

it('Every output is the same bytes for the same drawing', () => {
  const all = (): readonly (string | Buffer)[] => {
    const drawing = drawCode(matrix, RICH, { logoAspect: 2 });
    return [svg(drawing, { size, title }), pdf(drawing, { size, title, logo: PICTURE }), eps(drawing, { size, title })];
  };
  expect(all()).toEqual(all());
});
