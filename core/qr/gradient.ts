import type { Box } from './drawing.ts';
import type { Gradient } from './style.ts';

/** Where a gradient runs: from one point to another, or from a point outwards. */
export type GradientLine =
  | { readonly kind: 'linear'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }
  | { readonly kind: 'radial'; readonly x: number; readonly y: number; readonly radius: number };

/** Through the middle of the box and just as long that its corners get the first and the last colour (CSS Images 3 §3.1). */
export function gradientLine({ kind, rotationDeg }: Gradient, { x, y, width, height }: Box): GradientLine {
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  if (kind === 'radial') return { kind, x: middleX, y: middleY, radius: Math.hypot(width, height) / 2 };
  const angle = (rotationDeg * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const half = (Math.abs(cos) * width + Math.abs(sin) * height) / 2;
  return {
    kind,
    x1: middleX - cos * half,
    y1: middleY - sin * half,
    x2: middleX + cos * half,
    y2: middleY + sin * half,
  };
}
