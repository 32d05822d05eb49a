import type { Trial } from './scan-battery.ts';
import type { DrawnCode, Grade, ScanDeps, ScanScore } from './scan-score.ts';
import { gradeOf, LOWEST_BEST_SCORE, LOWEST_PASSING_SCORE, scanScore } from './scan-score.ts';
import type { StyleFinding } from './style-findings.ts';

/** What a person is told of a code. Grade F means: not to be made unless it is forced. */
export type ScanReport = {
  readonly score: number;
  readonly grade: Grade;
  readonly failed: readonly Trial[];
  readonly advice: readonly string[];
};

/** What helps where nothing is wrong with any part of the style alone. */
const HELP: Readonly<Record<Trial, string>> = {
  clean: 'Make it plainer: not even a clean picture of it is read by every scanner.',
  small: 'Shorten the content or print it larger: from a distance its modules run together.',
  blurred: 'Make the dots larger: they are lost a little out of focus.',
  turned: 'Choose plainer dots and eyes: held at an angle they are not found.',
  tilted: 'Choose square or rounded eyes: seen from the side others are not found.',
  faded: 'Choose darker colours: behind glass or in sunlight too little of them is left.',
  grainy: 'Choose darker colours and larger dots: in the dark too little of them is left.',
  shaded: 'Widen the margin or choose darker colours: in a shadow too little of them is left.',
};
const MOST_HELP = 2;

/** The highest score that a code can have while its style is warned of or refused: below A, and below what passes. */
const HIGHEST = { warn: LOWEST_BEST_SCORE - 1, refuse: LOWEST_PASSING_SCORE - 1 } as const;

/**
 * The measured score, with advice. Measurement sees one code in eight trials; what is found about its style was measured on many
 * codes under more cameras, so one that got through by luck is not told that all is well.
 */
export async function scanReport(
  deps: ScanDeps,
  code: DrawnCode,
  findings: readonly StyleFinding[],
): Promise<ScanReport> {
  const measured = await scanScore(deps, code);
  const score = Math.min(measured.score, ...findings.map(({ severity }) => HIGHEST[severity]));
  return { score, grade: gradeOf(score), failed: measured.failed, advice: adviceOn(measured, findings) };
}

function adviceOn({ grade, failed }: ScanScore, findings: readonly StyleFinding[]): readonly string[] {
  if (findings.length > 0) return findings.map(({ advice }) => advice);
  return grade === 'A' ? [] : failed.slice(0, MOST_HELP).map((trial) => HELP[trial]);
}
