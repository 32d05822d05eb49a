import type { ErrorCorrection } from './matrix.ts';
import type { DotShape } from './style.ts';

/**
 * What still scans. Measured over 3,486 pictures (83 styles × 3 addresses × 14 conditions as cameras make them), read by three
 * independent readers; each number is the edge of what at least two of them still read. Below `refuse` a code is not made
 * unless it is forced, below `warn` it comes with advice.
 */
export const CONTRAST = {
  /** Of 5 : 1 a strict reader gets 86 %, of 4.5 : 1 still 81 %. */
  warn: 4.5,
  /** Of 3 : 1 it gets 67 %, of 2.2 : 1 only 14 %. */
  refuse: 3,
} as const;

/** Of the words of a frame, for people: large letters after WCAG 2.2. No scanner reads them. */
export const WORDS_CONTRAST = 3;

/** Squares .8 of a module wide lose a fifth with a strict reader, .7 half, .4 nearly all. */
const SQUARE_SCALE = { best: 0.8, warn: 0.7, refuse: 0.5 } as const;
/** Circles have a fifth less ink, so they get there sooner. */
const ROUND_SCALE = { best: 0.9, warn: 0.8, refuse: 0.5 } as const;

export const dotScaleLimits = (
  shape: DotShape,
): { readonly best: number; readonly warn: number; readonly refuse: number } =>
  shape === 'dots' || shape === 'extra-rounded' ? ROUND_SCALE : SQUARE_SCALE;

/** Modules of quiet zone: 1 reads as well as 4 on a quiet wall, 0 not at all on a dark one. The standard wants 4. */
export const QUIET_ZONE = { best: 4, warn: 2, refuse: 1 } as const;
export const MAX_MARGIN_MODULES = 16;

/** The largest part of the modules that a logo may hide at each level; two to four modules further nothing is read. */
export const LOGO_SHARE: Readonly<Record<ErrorCorrection, number>> = { L: 0, M: 0.04, Q: 0.09, H: 0.12 };

/** A code with a logo has the level that bears it, whatever lower one was asked for. */
export function errorCorrectionFor(logoShare: number | null, asked: ErrorCorrection): ErrorCorrection {
  if (logoShare === null) return asked;
  return logoShare > LOGO_SHARE.Q || asked === 'H' ? 'H' : 'Q';
}

/**
 * A code of version 1 has no pattern to align by: with rounder eyes than `rounded` zbar missed a quarter of them at five sizes,
 * of version 2 none. So a code that is not plain is made of at least this version.
 */
export const STYLED_MIN_VERSION = 2;
