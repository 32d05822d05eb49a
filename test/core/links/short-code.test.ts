import { randomBytes } from 'node:crypto';
import {
  newShortCode,
  SHORT_CODE_ALPHABET,
  SHORT_CODE_LENGTH,
  shortCodeLengthFor,
} from '../../../core/links/short-code.ts';
import { cyclingBytes } from '../../fixtures/bytes.ts';

describe('A short code', () => {
  it('has seven characters of base58 and none of the look-alikes', () => {
    expect(SHORT_CODE_ALPHABET).toHaveLength(58);
    expect(new Set(SHORT_CODE_ALPHABET).size).toBe(58);
    expect(SHORT_CODE_ALPHABET).not.toMatch(/[0OIl]/);
    expect(newShortCode(randomBytes)).toMatch(/^[1-9A-HJ-NP-Za-km-z]{7}$/);
  });

  it.each([
    [[0, 1, 2, 3, 4, 5, 6], '1234567'],
    [[57, 58, 59], 'z12z12z'],
    // 232 is the first byte that would favour a letter, so it and all above are thrown away.
    [[231, 232, 255, 0], 'z1z1z1z'],
  ])('follows from its bytes alone: %j draws %s', (bytes, code) => {
    expect(newShortCode(cyclingBytes(...bytes))).toBe(code);
  });

  it.each([1, 3, 7, 8, 32])('has exactly the length asked for: %i', (length) => {
    expect(newShortCode(randomBytes, length)).toHaveLength(length);
  });

  it('favours no character at any position over 100,000 draws', () => {
    const DRAWS = 100_000;
    const counts = Array.from({ length: SHORT_CODE_LENGTH }, () => new Map<string, number>());
    const codes = new Set<string>();
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const code = newShortCode(randomBytes);
      codes.add(code);
      for (const [position, perCharacter] of counts.entries()) {
        const character = code.charAt(position);
        perCharacter.set(character, (perCharacter.get(character) ?? 0) + 1);
      }
    }
    const expected = DRAWS / SHORT_CODE_ALPHABET.length;
    for (const perCharacter of counts) {
      const chiSquare = Array.from(SHORT_CODE_ALPHABET).reduce(
        (sum, character) => sum + ((perCharacter.get(character) ?? 0) - expected) ** 2 / expected,
        0,
      );
      // 57 degrees of freedom: a fair source exceeds 120 once in 200,000 runs; keeping bytes ≥ 232 gives about 800.
      expect(chiSquare).toBeLessThan(120);
    }
    // Birthdays: 100,000 of 58⁷ collide 0.002 times.
    expect(codes.size).toBeGreaterThanOrEqual(DRAWS - 1);
  });

  it('grows by a character after every two collisions', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(shortCodeLengthFor)).toEqual([7, 7, 8, 8, 9, 9, 10, 10]);
  });
});
