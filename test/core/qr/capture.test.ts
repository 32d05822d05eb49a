import type { Conditions } from '../../../core/qr/capture.ts';
import { capture } from '../../../core/qr/capture.ts';
import type { Gray } from '../../../core/qr/pixels.ts';

const EASY: Conditions = {
  pxPerModule: 4,
  rotationDeg: 0,
  tilt: 0,
  blurModules: 0,
  contrast: 1,
  shade: 0,
  noise: 0,
  surroundings: 60,
};
const PX_PER_MODULE = 8;

/** Left half black, right half white: ten modules across. */
const halves = (): Gray => ({
  widthPx: 80,
  heightPx: 80,
  luma: Uint8Array.from({ length: 6400 }, (_, i) => (i % 80 < 40 ? 0 : 255)),
});
const seen = (change: Partial<Conditions>, seed = 1): Gray =>
  capture(halves(), PX_PER_MODULE, { ...EASY, ...change }, seed);
const at = ({ widthPx, luma }: Gray, x: number, y: number): number => luma[y * widthPx + x] ?? Number.NaN;

describe('A picture under a camera', () => {
  it('lies on its surroundings, three modules wide', () => {
    const picture = seen({});
    expect([picture.widthPx, picture.heightPx]).toEqual([10 * 4 + 6 * 4, 10 * 4 + 6 * 4]);
    expect([at(picture, 2, 2), at(picture, 20, 32), at(picture, 44, 32)]).toEqual([60, 0, 255]);
  });

  it('is the same for the same seed, has other noise for another, and leaves the picture as it was', () => {
    const original = halves();
    const [one, again, other] = [7, 7, 8].map((seed) => capture(original, PX_PER_MODULE, { ...EASY, noise: 20 }, seed));
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(original).toEqual(halves());
  });

  it('has noise of the deviation that was asked for', () => {
    const { luma } = seen({ noise: 10, contrast: 0 });
    const deviation = Math.sqrt(luma.reduce((sum, value) => sum + (value - 128) ** 2, 0) / luma.length);
    expect(deviation).toBeGreaterThan(9);
    expect(deviation).toBeLessThan(11);
  });

  it.each([
    ['a blurred one has greys at its edges', { blurModules: 0.5 }],
    ['a turned one has other corners', { rotationDeg: 20 }],
    ['a tilted one is narrower at the top', { tilt: 0.4 }],
  ])('%s', (_, change) => {
    expect(seen(change)).not.toEqual(seen({}));
  });

  it('keeps apart what contrast and shade leave', () => {
    const faded = seen({ contrast: 0.2 });
    expect([at(faded, 20, 32), at(faded, 44, 32)]).toEqual([102, 153]);
    const shaded = seen({ shade: 0.5 });
    expect(at(shaded, 44, 44)).toBeLessThan(at(shaded, 44, 16));
  });

  it('grows with the angle, so that nothing of it is cut off', () => {
    const { luma } = seen({ rotationDeg: 45, surroundings: 128 });
    const share = luma.filter((value) => value < 60).length / luma.length;
    expect(share).toBeGreaterThan(0.1);
    expect(seen({ rotationDeg: 45 }).widthPx).toBe(Math.ceil(40 * Math.SQRT2 + 24));
  });
});
