import { createHmac } from 'node:crypto';
import { base64url, SignJWT } from 'jose';
import { signUnlockToken } from '../../../core/links/sign-unlock-token.ts';
import type { UnlockScope } from '../../../core/links/unlock-token.ts';
import { opens, UNLOCK_TOKEN_LIFETIME_S } from '../../../core/links/unlock-token.ts';
import { LINK_PASSWORD, NOW_MS } from '../../fixtures/links.ts';

const SCOPE: UnlockScope = { domain: 'default', code: 'aB7x3Kq', unlockKey: LINK_PASSWORD.unlockKey };
const KEY = Buffer.from(SCOPE.unlockKey, 'base64url');
const NOW_S = NOW_MS / 1_000;

const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
const HEADER = { alg: 'HS256', typ: 'unlock+jwt' };
const CLAIMS = { iss: 'signpost', aud: 'default/aB7x3Kq', iat: NOW_S, exp: NOW_S + 60 };

/** A token with a signature that is right for whatever it says. */
function signed(header: unknown, claims: unknown, key: Uint8Array = KEY, hash = 'sha256'): string {
  const text = `${encode(header)}.${typeof claims === 'string' ? base64url.encode(claims) : encode(claims)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}
const without = (claim: keyof typeof CLAIMS) => ({ ...CLAIMS, [claim]: undefined });

describe('An unlock token', () => {
  it('opens its link for an hour and not a second longer', async () => {
    const token = await signUnlockToken(SCOPE, NOW_MS);
    for (const laterS of [0, 1, UNLOCK_TOKEN_LIFETIME_S - 1])
      expect(opens(SCOPE, token, NOW_MS + laterS * 1_000)).toBe(true);
    for (const laterS of [UNLOCK_TOKEN_LIFETIME_S, UNLOCK_TOKEN_LIFETIME_S + 1, 1e6])
      expect(opens(SCOPE, token, NOW_MS + laterS * 1_000)).toBe(false);
  });

  it('is what the JOSE library makes of the same claims', async () => {
    const bySpec = await new SignJWT(CLAIMS).setProtectedHeader(HEADER).sign(KEY);
    expect(opens(SCOPE, bySpec, NOW_MS)).toBe(true);
    expect(opens(SCOPE, signed(HEADER, CLAIMS), NOW_MS)).toBe(true);
  });

  it.each([
    ['link', { ...SCOPE, code: 'another' }],
    ['domain', { ...SCOPE, domain: 'go.example' }],
    ['password', { ...SCOPE, unlockKey: Buffer.alloc(32, 8).toString('base64url') }],
  ])('does not open another %s', async (_, scope) => {
    expect(opens(scope, await signUnlockToken(SCOPE, NOW_MS), NOW_MS)).toBe(false);
  });

  it.each([
    ['alg none', `${encode({ alg: 'none', typ: 'unlock+jwt' })}.${encode(CLAIMS)}.`],
    ['alg none, signed', signed({ alg: 'none', typ: 'unlock+jwt' }, CLAIMS)],
    ['another algorithm', signed({ ...HEADER, alg: 'HS512' }, CLAIMS, KEY, 'sha512')],
    ['another type', signed({ ...HEADER, typ: 'JWT' }, CLAIMS)],
    ['no type', signed({ alg: 'HS256' }, CLAIMS)],
    ['a key of its own', signed({ ...HEADER, jwk: { kty: 'oct', k: SCOPE.unlockKey } }, CLAIMS)],
    ['a kid', signed({ ...HEADER, kid: '1' }, CLAIMS)],
    ['the empty key', signed(HEADER, CLAIMS, new Uint8Array())],
    ['another issuer', signed(HEADER, { ...CLAIMS, iss: 'someone' })],
    ['no issuer', signed(HEADER, without('iss'))],
    ['another audience', signed(HEADER, { ...CLAIMS, aud: 'default/another' })],
    ['audiences in a list', signed(HEADER, { ...CLAIMS, aud: ['default/aB7x3Kq'] })],
    ['no audience', signed(HEADER, without('aud'))],
    ['an expiry that is now', signed(HEADER, { ...CLAIMS, exp: NOW_S })],
    ['an expiry in the past', signed(HEADER, { ...CLAIMS, exp: NOW_S - 1 })],
    ['an expiry as text', signed(HEADER, { ...CLAIMS, exp: String(NOW_S + 60) })],
    ['no expiry', signed(HEADER, without('exp'))],
    ['no time of issue', signed(HEADER, without('iat'))],
    ['a time of issue in the future', signed(HEADER, { ...CLAIMS, iat: NOW_S + 61, exp: NOW_S + 3_661 })],
  ])('is refused with %s', (_, token) => {
    expect(opens(SCOPE, token, NOW_MS)).toBe(false);
  });

  it('may have been signed by a clock that is a minute ahead', () => {
    expect(opens(SCOPE, signed(HEADER, { ...CLAIMS, iat: NOW_S + 60 }), NOW_MS)).toBe(true);
  });

  it('is refused with any single character changed, added or taken away', async () => {
    const token = await signUnlockToken(SCOPE, NOW_MS);
    for (let index = 0; index < token.length; index += 1) {
      const [before, after] = [token.slice(0, index), token.slice(index + 1)];
      const other = token[index] === 'A' ? 'B' : 'A';
      for (const mutation of [
        before + other + after,
        before + after,
        `${before} ${after}`,
        `${before}A${token.slice(index)}`,
      ])
        expect([mutation, opens(SCOPE, mutation, NOW_MS)]).toEqual([mutation, false]);
    }
  });

  it('has one spelling: the unused bits of the last character and padding are not free', async () => {
    const token = await signUnlockToken(SCOPE, NOW_MS);
    const others = Array.from(
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=',
      (character) => token.slice(0, -1) + character,
    ).filter((spelling) => spelling !== token);
    for (const spelling of [...others, `${token}=`, `${token}\n`, ` ${token}`, `${token}.`])
      expect([spelling, opens(SCOPE, spelling, NOW_MS)]).toEqual([spelling, false]);
  });

  it.each(['', '.', '..', '...', 'a.b.c', 'null', '💥', `${encode(HEADER)}.é.${'é'.repeat(43)}`, 'x'.repeat(8_000)])(
    'is simply no token when it is %j',
    (token) => {
      expect(opens(SCOPE, token, NOW_MS)).toBe(false);
    },
  );
});
