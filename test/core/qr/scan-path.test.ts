import fc from 'fast-check';
import { isPlacement, readScanPath, scanPath } from '../../../core/qr/scan-path.ts';

const codes = fc.stringMatching(/^[A-Za-z0-9_-]{3,50}$/);
const placements = fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9-]{1,20}$/));

describe('The path of a QR code', () => {
  it.each([
    ['aB7x3Kq', '', '/Q/NAPPDXFKQ'],
    ['my-blog', 'menu', '/Q/TMXZXFUIA/MENU'],
    ['aaa', 'table-7', '/Q/NGTI/TABLE-7'],
  ])('of %s at "%s" is %s', (code, placement, path) => {
    expect(scanPath({ code, placement })).toBe(path);
  });

  it('leads back to its link and placement, in capitals, small letters or both', () => {
    fc.assert(
      fc.property(codes, placements, (code, placement) => {
        const path = scanPath({ code, placement });
        expect(path).toMatch(/^\/Q\/[A-Z2-7]+(\/[A-Z0-9-]+)?$/);
        for (const typed of [path, path.toLowerCase(), path.replace('/Q/', '/q/')]) {
          expect(readScanPath(typed)).toEqual({ code, placement });
        }
      }),
    );
  });

  it('is the only one: another path that is read is another scan', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z2-7]{1,60}$/), (encoded) => {
        const scan = readScanPath(`/Q/${encoded}`);
        if (scan !== null) expect(scanPath(scan)).toBe(`/Q/${encoded}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '/Q/',
    '/Q',
    '/q/A1',
    '/Q/NAPPDXFKR',
    '/Q/NAPPDXFKQ/',
    '/Q/NAPPDXFKQ/MENU/2',
    '/Q/NAPPDXFKQ/a b',
    '/Q/NAPPDXFKQ/%41',
    `/Q/NAPPDXFKQ/${'A'.repeat(21)}`,
    '/Q/ÄÖ',
    '/QQ/NAPPDXFKQ',
    '//Q/NAPPDXFKQ',
  ])('is not %s', (path) => {
    expect(readScanPath(path)).toBeNull();
  });
});

it.each(['menu', 'table-7', '0', 'a'.repeat(20)])('%s is a placement', (text) => expect(isPlacement(text)).toBe(true));
it.each(['', 'Menu', 'a b', 'ü', 'a'.repeat(21), 'a/b', 'a_b'])('"%s" is no placement', (text) =>
  expect(isPlacement(text)).toBe(false),
);
