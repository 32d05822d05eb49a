import { createHash } from 'node:crypto';
import type { DrawnQr, QrRequest } from './make-code.ts';
import type { ScanReport } from './scan-report.ts';
import { scanReport } from './scan-report.ts';
import type { DrawnCode, ScanDeps } from './scan-score.ts';
import { confirmScan } from './scan-score.ts';
import { styleFindings } from './style-findings.ts';

/** What was measured of a style, by its hash: all codes of one style and one number of modules are read about as well. */
export type StyleScores = {
  find(styleSha256: string): Promise<ScanReport | null>;
  keep(styleSha256: string, scan: ScanReport): Promise<void>;
};

/** Raised with the battery or the limits: what was measured before counts no more. */
const MEASURED_BY = 2;

/**
 * How well the code is read. The first code of a style is measured in all trials (0.1 s); a further one is looked at once, and
 * measured itself only if that fails or would refuse it.
 */
export async function scanOf(
  deps: ScanDeps & { readonly scores: StyleScores },
  { matrix, width, svg, hiddenShare }: DrawnQr,
  { content, style }: Pick<QrRequest, 'content' | 'style'>,
): Promise<ScanReport> {
  const code: DrawnCode = { svg, widthModules: width, content };
  const { version, errorCorrection } = matrix;
  const findings = styleFindings(style, errorCorrection, hiddenShare);
  const hash = createHash('sha256')
    .update(JSON.stringify([MEASURED_BY, style, version, errorCorrection]))
    .digest('hex');
  const known = await deps.scores.find(hash);
  if (known !== null && (await stillHolds(deps, code, known, findings))) return known;
  const measured = await scanReport(deps, code, findings);
  if (known === null) await deps.scores.keep(hash, measured);
  return measured;
}

/** What is refused for its style is refused whatever it says; any other refusal is told of the very code. */
async function stillHolds(
  deps: ScanDeps,
  code: DrawnCode,
  known: ScanReport,
  findings: ReturnType<typeof styleFindings>,
): Promise<boolean> {
  if (known.grade === 'F') return findings.some(({ severity }) => severity === 'refuse');
  return confirmScan(deps, code);
}
