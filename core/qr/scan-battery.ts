import type { Conditions } from './capture.ts';

const EASY: Conditions = {
  pxPerModule: 5,
  rotationDeg: 0,
  tilt: 0,
  blurModules: 0,
  contrast: 1,
  shade: 0,
  noise: 0,
  surroundings: 60,
};

/**
 * What a code has to be read in. The numbers were moved until the score told apart what 3,486 pictures under a camera told
 * apart (83 styles × 3 URLs × 14 conditions, judged by a third decoder): a plain code is read in all of them by both, a contrast
 * of 3:1 by one decoder only. Dark surroundings make the quiet zone count. `test/core/qr/scan-score.test.ts` holds the table.
 */
export const BATTERY = {
  clean: { ...EASY, surroundings: 255 },
  small: { ...EASY, pxPerModule: 2.8, blurModules: 0.2, contrast: 0.8, noise: 4 },
  blurred: { ...EASY, blurModules: 0.38, contrast: 0.8, noise: 3 },
  turned: { ...EASY, rotationDeg: 8, blurModules: 0.2, contrast: 0.5, noise: 4 },
  tilted: { ...EASY, pxPerModule: 6, rotationDeg: -4, tilt: 0.2, blurModules: 0.2, contrast: 0.6, noise: 3 },
  faded: { ...EASY, contrast: 0.28, blurModules: 0.15, noise: 2 },
  grainy: { ...EASY, noise: 15, blurModules: 0.2, contrast: 0.7 },
  shaded: { ...EASY, surroundings: 40, shade: 0.6, blurModules: 0.2, contrast: 0.6, noise: 3 },
} as const satisfies Record<string, Conditions>;

export type Trial = keyof typeof BATTERY;
export const TRIALS = Object.keys(BATTERY).filter((name): name is Trial => Object.hasOwn(BATTERY, name));
