import { validationFailed } from '../../core/errors.ts';
import type { QrLook } from '../../core/qr/make-code.ts';
import { styleFindings } from '../../core/qr/style-findings.ts';

/** Throws VALIDATION_FAILED for a look that no code scans with, whatever it says: every row would be drawn to be refused. */
export function requireScannableLook({ style, errorCorrection }: QrLook): void {
  // What a logo hides depends on how large a row's code gets.
  const refused = styleFindings(style, errorCorrection, 0).filter(({ severity }) => severity === 'refuse');
  if (refused.length === 0) return;
  throw validationFailed(
    refused.map(({ code, advice }) => ({
      path: code === 'quiet_zone' ? 'margin' : 'style',
      code,
      message: `No code scans like this; \`force\` makes it nevertheless. ${advice}`,
    })),
  );
}
