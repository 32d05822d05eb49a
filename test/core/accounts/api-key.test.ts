import { createHash, randomBytes } from 'node:crypto';
import { hashApiKey, isWellFormedApiKey, newApiKey, prefixOf } from '../../../core/accounts/api-key.ts';
import { cyclingBytes } from '../../fixtures/bytes.ts';

const KEY = newApiKey(randomBytes);

describe('An API key', () => {
  it('is a prefix, 32 characters of base58 and a checksum, new each time', () => {
    expect(KEY).toMatch(/^sp_[1-9A-HJ-NP-Za-km-z]{32}_[0-9a-f]{6}$/);
    expect(isWellFormedApiKey(KEY)).toBe(true);
    expect(newApiKey(randomBytes)).not.toBe(KEY);
    expect(newApiKey(cyclingBytes(0))).toBe(newApiKey(cyclingBytes(0)));
  });

  it('with any single character changed is not well-formed', () => {
    for (let index = 0; index < KEY.length; index += 1) {
      const other = KEY[index] === 'a' ? 'b' : 'a';
      expect(isWellFormedApiKey(KEY.slice(0, index) + other + KEY.slice(index + 1))).toBe(false);
    }
  });

  it.each([
    '',
    'sp_',
    KEY.slice(0, -1),
    `${KEY}0`,
    `${KEY}\n`,
    ` ${KEY}`,
    KEY.toUpperCase(),
    KEY.replace('sp_', 'sk_'),
    'eyJhbGciOiJIUzI1NiJ9.e30.x',
    'x'.repeat(100_000),
  ])('is not %j', (text) => {
    expect(isWellFormedApiKey(text)).toBe(false);
  });

  it('shows its owner four characters of its secret', () => {
    expect(prefixOf(KEY)).toBe(KEY.slice(0, 7));
  });

  it('is stored as the SHA-256 of the whole of it', () => {
    expect(hashApiKey(KEY)).toBe(createHash('sha256').update(KEY).digest('hex'));
    expect(hashApiKey(KEY)).not.toContain(KEY.slice(3, 12));
  });
});
