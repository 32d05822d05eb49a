import type { CleanLogo } from '../../core/qr/logo-store.ts';
import type { QrRequest } from '../../core/qr/make-code.ts';
import type { QrStyle } from '../../core/qr/style.ts';
import { DOT_SHAPES, EYE_BALLS, EYE_FRAMES, FRAME_SHAPES, PLAIN_STYLE } from '../../core/qr/style.ts';
import { pick } from '../fixtures/seeded-random.ts';

const CONTENTS = [
  'https://s.example/q/aB7x3Kq',
  'HTTPS://S.EXAMPLE/Q/AB7X3KQ',
  'https://signpost.example.com/q/spring-campaign-2027?utm_source=poster&utm_medium=print',
  'WIFI:T:WPA;S:Café \\"Zum Bären\\";P:p\\;a\\,s\\:s;;',
  'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\nTEL:+442079460000\r\nEMAIL:ada@example.com\r\nEND:VCARD',
  '0123456789012345678901234567890',
  'Grüße aus Köln',
] as const;
const COLORS = ['#000000', '#102a6b', '#5a1030', '#0b5a3c', '#333333'] as const;
const GROUNDS = ['#ffffff', '#ffffff', '#fdf3d8', 'transparent'] as const;
const WORDS = ['Scan me', 'Menü & Preise ✓', 'À bientôt !'] as const;
const WIDTHS_MM = [20, 37.5, 60] as const;

/** What somebody might ask for; every eighth is plain. */
export function someRequest(random: () => number, logo: CleanLogo): QrRequest {
  const style = random() < 1 / 8 ? PLAIN_STYLE : someStyle(random);
  return {
    content: pick(CONTENTS, random),
    title: 'QR code',
    logo: style.logo === null ? null : logo,
    format: 'svg',
    size: { widthMm: pick(WIDTHS_MM, random), dpi: 300 },
    errorCorrection: pick(['L', 'M', 'Q'], random),
    style,
  };
}

function someStyle(random: () => number): QrStyle {
  const chance = (share: number): boolean => random() < share;
  const foreground = pick(COLORS, random);
  const stops = [foreground, pick(COLORS, random)].map((color, offset) => ({ offset, color }));
  return {
    dots: { shape: pick(DOT_SHAPES, random), scale: pick([1, 1, 0.9, 0.8, 0.7, 0.6], random) },
    eyes: {
      frame: pick(EYE_FRAMES, random),
      ball: pick(EYE_BALLS, random),
      frameColor: chance(0.2) ? pick(COLORS, random) : null,
      ballColor: chance(0.2) ? pick(COLORS, random) : null,
    },
    foreground,
    gradient: chance(0.3)
      ? { kind: pick(['linear', 'radial'], random), rotationDeg: Math.floor(random() * 360), stops }
      : null,
    background: pick(GROUNDS, random),
    logo: chance(0.3) ? { id: 'logo', share: pick([0.05, 0.08, 0.12], random), clear: chance(0.8) } : null,
    frame: chance(0.25)
      ? { shape: pick(FRAME_SHAPES, random), text: pick(WORDS, random), color: '#102a6b', textColor: '#ffffff' }
      : null,
    marginModules: pick([4, 4, 4, 2, 3], random),
  };
}
