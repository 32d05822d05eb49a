import { deflateSync } from 'node:zlib';
import { rgbOf } from './color.ts';
import type { Box, Drawing, Pixels } from './drawing.ts';
import { fitted } from './fit.ts';
import type { QrSize } from './size.ts';
import { widthInPoints } from './size.ts';
import type { Color, Gradient } from './style.ts';
import { layerOperators, numbers, shadingDictionary } from './vector-operators.ts';

export type EpsOptions = {
  readonly size: QrSize;
  readonly title: string;
  readonly logo?: Pixels;
};

/** PDF's words for what PostScript calls otherwise. */
const WORDS = [
  '/m{moveto}bind def /l{lineto}bind def /c{curveto}bind def /h{closepath}bind def',
  '/rg{setrgbcolor}bind def /RG{setrgbcolor}bind def /w{setlinewidth}bind def /J{setlinecap}bind def /j{setlinejoin}bind def',
  '/f{fill}bind def /S{stroke}bind def /q{gsave}bind def /Q{grestore}bind def',
];

/** Encapsulated PostScript (EPSF 3.0): Level 2 is enough unless there is a gradient or a picture, which need Level 3. */
export function eps(drawing: Drawing, { size, title, logo }: EpsOptions): string {
  const scale = widthInPoints(size) / drawing.width;
  const [width, height] = [drawing.width * scale, drawing.height * scale];
  const hasLogo = logo !== undefined && drawing.logo !== null;
  const isLevel3 = hasLogo || drawing.layers.some(({ paint }) => typeof paint !== 'string');
  return [
    '%!PS-Adobe-3.0 EPSF-3.0',
    `%%BoundingBox: 0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    `%%HiResBoundingBox: 0 0 ${numbers(width, height)}`,
    '%%Creator: Signpost',
    `%%Title: ${comment(title)}`,
    `%%LanguageLevel: ${isLevel3 ? 3 : 2}`,
    '%%EndComments',
    'gsave 20 dict begin',
    ...WORDS,
    `0 ${numbers(height)} translate ${numbers(scale, -scale)} scale`,
    layerOperators(drawing, shaded),
    ...(hasLogo && drawing.logo !== null ? [image(logo, fitted(logo, drawing.logo), drawing.background)] : []),
    'end grestore',
    '%%EOF',
    '',
  ].join('\n');
}

const shaded = (gradient: Gradient, code: Box): string => `clip newpath\n${shadingDictionary(gradient, code)}\nshfill`;

const MAX_COMMENT = 200;

/** A comment is one line of ASCII. */
const comment = (text: string): string => text.replaceAll(/[^ -~]/g, '?').slice(0, MAX_COMMENT);

/** PostScript pictures know no alpha: what shines through is the background, or paper. */
function image(pixels: Pixels, { x, y, width, height }: Box, background: Color | null): string {
  const { widthPx, heightPx } = pixels;
  const data = deflateSync(flattened(pixels, background ?? '#ffffff')).toString('hex');
  return [
    'gsave',
    `${numbers(x, y)} translate ${numbers(width, height)} scale`,
    '/DeviceRGB setcolorspace',
    '/digits currentfile /ASCIIHexDecode filter def',
    `<< /ImageType 1 /Width ${widthPx} /Height ${heightPx} /BitsPerComponent 8 /Decode [0 1 0 1 0 1]`,
    `/ImageMatrix [${widthPx} 0 0 ${heightPx} 0 0]`,
    // The picture may be whole before its last digits are read, which must not be run as a program.
    '/DataSource digits /FlateDecode filter >> { image digits flushfile } exec',
    `${data.replaceAll(/.{200}/g, '$&\n')}>`,
    'grestore',
  ].join('\n');
}

function flattened({ rgba }: Pixels, background: Color): Buffer {
  const ground = rgbOf(background);
  const out = Buffer.alloc((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const alpha = (rgba[pixel * 4 + 3] ?? 255) / 255;
    ground.forEach((below, channel) => {
      out[pixel * 3 + channel] = Math.round((rgba[pixel * 4 + channel] ?? 0) * alpha + below * (1 - alpha));
    });
  }
  return out;
}
