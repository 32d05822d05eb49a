import type { ScanReport } from '../core/qr/scan-report.ts';
import type { StyleScores } from '../core/qr/style-scores.ts';

/** Styles in one batch differ in the number of modules only. */
const MOST_REMEMBERED = 200;

/** Scores as they were read or kept by this environment: the codes of a batch look alike. */
export function rememberedScores(scores: StyleScores): StyleScores {
  const known = new Map<string, ScanReport>();
  const remember = (styleSha256: string, scan: ScanReport): void => {
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(styleSha256, scan);
  };
  return {
    async find(styleSha256) {
      const scan = known.get(styleSha256) ?? (await scores.find(styleSha256));
      if (scan !== null) remember(styleSha256, scan);
      return scan;
    },
    async keep(styleSha256, scan) {
      await scores.keep(styleSha256, scan);
      remember(styleSha256, scan);
    },
  };
}
