import { capture } from './capture.ts';
import type { Decoders } from './decoder.ts';
import type { Gray } from './pixels.ts';
import { grayOf, onPage, pixelsOf, WHITE } from './pixels.ts';
import type { Rasterize } from './raster.ts';
import type { Trial } from './scan-battery.ts';
import { BATTERY, TRIALS } from './scan-battery.ts';

export const GRADES = ['A', 'B', 'C', 'F'] as const;
export type Grade = (typeof GRADES)[number];

/** How well a code is read: `failed` names the trials that a decoder did not pass. Grade F is what nobody should print. */
export type ScanScore = { readonly score: number; readonly grade: Grade; readonly failed: readonly Trial[] };

/** A code as it will be seen, and what whoever reads it must get. */
export type DrawnCode = { readonly svg: string; readonly widthModules: number; readonly content: string };

export type ScanDeps = { readonly rasterize: Rasterize; readonly decoders: Decoders };

/** More than any trial, so that each only makes the picture smaller. */
const PX_PER_MODULE = 8;
/** 4 to 8 are read fastest. */
const CLEAN_PX_PER_MODULE = 4;
/** Noise must be the same at every run: the score is part of what is cached. */
const SEED = 20261121;

export const LOWEST_BEST_SCORE = 90;
export const LOWEST_PASSING_SCORE = 60;
const LOWEST_SCORE = [
  ['A', LOWEST_BEST_SCORE],
  ['B', 75],
  ['C', LOWEST_PASSING_SCORE],
] as const satisfies readonly (readonly [Grade, number])[];

export const gradeOf = (score: number): Grade => LOWEST_SCORE.find(([, lowest]) => score >= lowest)?.[0] ?? 'F';

/** Reads the code in all trials with both decoders: the share of readings that came out right. About 0.1 s. */
export async function scanScore({ rasterize, decoders }: ScanDeps, code: DrawnCode): Promise<ScanScore> {
  const picture = grayOf(await rasterize(code.svg, Math.round(code.widthModules * PX_PER_MODULE)));
  const read: Record<Trial, number> = {
    clean: 0,
    small: 0,
    blurred: 0,
    turned: 0,
    tilted: 0,
    faded: 0,
    grainy: 0,
    shaded: 0,
  };
  for (const trial of TRIALS) {
    const seen = capture(picture, PX_PER_MODULE, BATTERY[trial], SEED);
    read[trial] = await readings(decoders, seen, code.content);
  }
  const readingsInAll = TRIALS.reduce((sum, trial) => sum + read[trial], 0);
  const score = Math.round((100 * readingsInAll) / (TRIALS.length * 2));
  return { score, grade: gradeOf(score), failed: TRIALS.filter((trial) => read[trial] < 2) };
}

async function readings(decoders: Decoders, seen: Gray, content: string): Promise<number> {
  const pixels = pixelsOf(seen);
  const texts = [await decoders.zxing(pixels), await decoders.jsqr(pixels)];
  return texts.filter((text) => text === content).length;
}

/** Whether the code is read at all, as drawn: for codes whose style has a score already. A few milliseconds. */
export async function confirmScan({ rasterize, decoders }: ScanDeps, code: DrawnCode): Promise<boolean> {
  const picture = await rasterize(code.svg, Math.round(code.widthModules * CLEAN_PX_PER_MODULE));
  return (await decoders.zxing(onPage(picture, WHITE))) === code.content;
}
