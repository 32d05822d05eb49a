import type { Segment } from './drawing.ts';
import type { Radii } from './outline.ts';
import { allCorners, rectangle, rectangularHole } from './outline.ts';
import { FINDER_SIZE } from './roles.ts';
import type { EyeBall, EyeFrame } from './style.ts';

const BALL_SIZE = 3;
const BALL_INSET = (FINDER_SIZE - BALL_SIZE) / 2;

/** The ring of a finder pattern, one module thick all round. */
export function eyeFrame(shape: EyeFrame, x: number, y: number): Segment[] {
  const outer = FRAME_RADII[shape];
  const inner = outer.map((radius) => Math.max(0, radius - 1)) as unknown as Radii;
  return [
    ...rectangle(x, y, FINDER_SIZE, FINDER_SIZE, outer),
    ...rectangularHole(x + 1, y + 1, FINDER_SIZE - 2, FINDER_SIZE - 2, inner),
  ];
}

export const eyeBall = (shape: EyeBall, x: number, y: number): Segment[] =>
  rectangle(x + BALL_INSET, y + BALL_INSET, BALL_SIZE, BALL_SIZE, BALL_RADII[shape]);

const FRAME_RADII: Readonly<Record<EyeFrame, Radii>> = {
  square: allCorners(0),
  rounded: allCorners(1.5),
  'extra-rounded': allCorners(2.5),
  dot: allCorners(FINDER_SIZE / 2),
  leaf: [2.5, 0, 2.5, 0],
};

const BALL_RADII: Readonly<Record<EyeBall, Radii>> = {
  square: allCorners(0),
  rounded: allCorners(0.75),
  dot: allCorners(BALL_SIZE / 2),
  leaf: [1.5, 0, 1.5, 0],
};
