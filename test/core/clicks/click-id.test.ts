import * as fc from 'fast-check';
import { CLICK_ID_PATTERN, newClickId } from '../../../core/clicks/click-id.ts';
import { NOW_MS } from '../../fixtures/links.ts';

describe('A click id', () => {
  it('is unique over a million, and each fits the pattern', () => {
    const ids = new Set<string>();
    for (let index = 0; index < 1_000_000; index += 1) ids.add(newClickId(NOW_MS));
    expect(ids.size).toBe(1_000_000);
    for (const id of [...ids].slice(0, 1_000)) expect(id).toMatch(CLICK_ID_PATTERN);
  });

  it('sorts as text in the order of time, over all times there are', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [earlier, later] = [Math.min(a, b) % 2 ** 48, Math.max(a, b) % 2 ** 48].sort((x, y) => x - y);
        if (earlier !== later) expect(newClickId(earlier ?? 0) < newClickId(later ?? 0)).toBe(true);
      }),
    );
  });

  it.each([
    [0, '0000000000'],
    [1, '0000000001'],
    [31, '000000000Z'],
    [32, '0000000010'],
    [2 ** 48 - 1, '7ZZZZZZZZZ'],
  ])('begins with its time: %i ms', (ms, time) => {
    expect(newClickId(ms).slice(0, 10)).toBe(time);
  });

  it('spreads evenly at every random position', () => {
    const DRAWS = 64_000;
    const counts = Array.from({ length: 16 }, () => new Map<string, number>());
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const random = newClickId(NOW_MS).slice(10);
      for (const [position, perCharacter] of counts.entries())
        perCharacter.set(random.charAt(position), (perCharacter.get(random.charAt(position)) ?? 0) + 1);
    }
    for (const perCharacter of counts) {
      expect(perCharacter.size).toBe(32);
      const chiSquare = [...perCharacter.values()].reduce(
        (sum, count) => sum + (count - DRAWS / 32) ** 2 / (DRAWS / 32),
        0,
      );
      expect(chiSquare).toBeLessThan(85); // 31 degrees of freedom: exceeded about once in 10⁶
    }
  });
});
