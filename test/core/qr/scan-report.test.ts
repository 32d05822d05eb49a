import type { Decode } from '../../../core/qr/decoder.ts';
import type { Rasterize } from '../../../core/qr/raster.ts';
import { scanReport } from '../../../core/qr/scan-report.ts';
import type { StyleFinding } from '../../../core/qr/style-findings.ts';

const CODE = { svg: '<svg/>', widthModules: 4, content: 'x' };
const rasterize: Rasterize = async (_, widthPx) => ({
  widthPx,
  heightPx: widthPx,
  rgba: new Uint8Array(widthPx ** 2 * 4),
});

/** Reads as often as it is told to, in the order of the trials. */
function decoder(readings: readonly boolean[]): Decode {
  const left = [...readings];
  return async () => (left.shift() ? 'x' : null);
}
const ALWAYS = Array.from({ length: 8 }, () => true);
const EVERY_OTHER = ALWAYS.map((_, trial) => trial % 2 === 0);

const report = (zxing: readonly boolean[], jsqr: readonly boolean[], findings: readonly StyleFinding[] = []) =>
  scanReport({ rasterize, decoders: { zxing: decoder(zxing), jsqr: decoder(jsqr) } }, CODE, findings);

const finding = (severity: StyleFinding['severity'], advice: string): StyleFinding => ({
  code: 'contrast',
  severity,
  advice,
});

describe('The report on a code', () => {
  it('has nothing to say about one that is always read', async () => {
    expect(await report(ALWAYS, ALWAYS)).toEqual({ score: 100, grade: 'A', failed: [], advice: [] });
  });

  it('says what to change about the style where something is found', async () => {
    const found = await report(ALWAYS, EVERY_OTHER, [finding('warn', 'Raise the contrast: 3.5:1, need 4.5:1.')]);
    expect(found).toEqual({
      score: 75,
      grade: 'B',
      failed: ['small', 'turned', 'faded', 'shaded'],
      advice: ['Raise the contrast: 3.5:1, need 4.5:1.'],
    });
  });

  it('warns of a style that this code gets away with, and does not call it best', async () => {
    const found = await report(ALWAYS, ALWAYS, [finding('warn', 'Widen the margin.')]);
    expect(found).toEqual({ score: 89, grade: 'B', failed: [], advice: ['Widen the margin.'] });
  });

  it('does not pass a style that is refused because one code got through', async () => {
    const { score, grade, failed } = await report(ALWAYS, ALWAYS, [finding('refuse', 'Raise the contrast.')]);
    expect({ score, grade, failed }).toEqual({ score: 59, grade: 'F', failed: [] });
  });

  it('says what helps in the first trials that failed, where the style alone tells nothing', async () => {
    const { advice } = await report(ALWAYS, EVERY_OTHER);
    expect(advice).toEqual([
      'Shorten the content or print it larger: from a distance its modules run together.',
      'Choose plainer dots and eyes: held at an angle they are not found.',
    ]);
  });

  it('is grade F when only one of the two decoders reads it', async () => {
    expect(await report(ALWAYS, [])).toMatchObject({ score: 50, grade: 'F' });
  });
});
