import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import fc from 'fast-check';
import { base64url, CompactEncrypt, SignJWT } from 'jose';
import { signAccessToken, verifyAccessToken } from '../../../core/accounts/access-token.ts';
import { ACCESS_TOKEN_LIFETIME_S } from '../../../core/accounts/session.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const ISSUER = 'signpost:test';
const SUBJECT = { userId: 'usr_1', sessionId: 'ses_1' };
const NOW_S = NOW_MS / 1_000;
const OURS = generateKeyPairSync('ed25519');
const THEIRS = generateKeyPairSync('ed25519');
const KID = 'ours';

const verifier = (nowMs = NOW_MS, issuer = ISSUER) => {
  const askedFor: string[] = [];
  const findKey = async (kid: string): Promise<KeyObject | null> => {
    askedFor.push(kid);
    return kid === KID ? OURS.publicKey : null;
  };
  return { issuer, findKey, nowMs: () => nowMs, askedFor };
};
const read = (token: string, nowMs?: number) => verifyAccessToken(verifier(nowMs), token);
const newToken = (nowMs = NOW_MS, issuer = ISSUER) =>
  signAccessToken({ kid: KID, key: OURS.privateKey }, issuer, SUBJECT, nowMs, randomBytes);

const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: KID };
const CLAIMS = {
  iss: ISSUER,
  aud: 'signpost-api',
  sub: 'usr_1',
  sid: 'ses_1',
  jti: 'x',
  iat: NOW_S,
  nbf: NOW_S,
  exp: NOW_S + 60,
};
const encode = (value: unknown): string => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));

/** A token with a signature that is right for whatever it says. */
function signed(header: unknown, claims: unknown = CLAIMS, key: KeyObject = OURS.privateKey): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}
const without = (claim: keyof typeof CLAIMS) => ({ ...CLAIMS, [claim]: undefined });

describe('An access token', () => {
  it('names person and session for fifteen minutes and not a second longer', async () => {
    const token = await newToken();
    for (const laterS of [0, 1, ACCESS_TOKEN_LIFETIME_S - 1])
      expect(await read(token, NOW_MS + laterS * 1_000)).toEqual(SUBJECT);
    for (const laterS of [ACCESS_TOKEN_LIFETIME_S, ACCESS_TOKEN_LIFETIME_S + 1, 1e6])
      expect(await read(token, NOW_MS + laterS * 1_000)).toBeNull();
  });

  it('is what RFC 9068 calls one, and no two are alike', async () => {
    const [header, payload] = (await newToken()).split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header ?? '')).toEqual(HEADER);
    expect(JSON.parse(payload ?? '')).toEqual({ ...CLAIMS, exp: NOW_S + 900, jti: expect.any(String) });
    expect(await newToken()).not.toBe(await newToken());
  });

  it('is what the JOSE library makes of the same claims', async () => {
    expect(await read(await new SignJWT(CLAIMS).setProtectedHeader(HEADER).sign(OURS.privateKey))).toEqual(SUBJECT);
    expect(await read(signed(HEADER))).toEqual(SUBJECT);
  });

  it('may have begun a minute ahead of us, because clocks differ, and no more', async () => {
    for (const claim of ['iat', 'nbf'] as const) {
      expect(await read(signed(HEADER, { ...CLAIMS, [claim]: NOW_S + 60 }))).toEqual(SUBJECT);
      expect(await read(signed(HEADER, { ...CLAIMS, [claim]: NOW_S + 61 }))).toBeNull();
    }
  });

  it('of another stage is nothing here', async () => {
    expect(await read(await newToken(NOW_MS, 'signpost:dev'))).toBeNull();
  });
});

const GOOD = signed(HEADER);
const [goodHeader = '', goodPayload = '', goodSignature = ''] = GOOD.split('.');
const PUBLIC_JWK = OURS.publicKey.export({ format: 'jwk' });
const PUBLIC_PEM = OURS.publicKey.export({ format: 'pem', type: 'spki' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** RS256 and ES256, signed with a key of their own and naming ours. */
function signedByAnother(alg: 'RS256' | 'ES256'): string {
  const text = `${encode({ ...HEADER, alg })}.${goodPayload}`;
  const key = alg === 'RS256' ? rsa.privateKey : { key: ec.privateKey, dsaEncoding: 'ieee-p1363' as const };
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** The attack on verifiers that let the token choose: the public key as the secret of an HMAC. */
function signedWithPublicKey(secret: string | Buffer): string {
  const text = `${encode({ ...HEADER, alg: 'HS256' })}.${goodPayload}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

describe('What is no access token of ours', () => {
  it.each<[string, string]>([
    ['alg none', `${encode({ ...HEADER, alg: 'none' })}.${goodPayload}.`],
    ['alg None', `${encode({ ...HEADER, alg: 'None' })}.${goodPayload}.`],
    ['alg none, signed', signed({ ...HEADER, alg: 'none' })],
    ['no alg', signed({ typ: 'at+jwt', kid: KID })],
    ['alg Ed25519', signed({ ...HEADER, alg: 'Ed25519' })],
    ['alg eddsa', signed({ ...HEADER, alg: 'eddsa' })],
    ['algs in a list', signed({ ...HEADER, alg: ['EdDSA'] })],
    ['HS256 with the public key as PEM', signedWithPublicKey(PUBLIC_PEM)],
    ['HS256 with the public key as JWK', signedWithPublicKey(JSON.stringify(PUBLIC_JWK))],
    ['HS256 with the public key as bytes', signedWithPublicKey(Buffer.from(String(PUBLIC_JWK.x), 'base64url'))],
    ['RS256', signedByAnother('RS256')],
    ['ES256', signedByAnother('ES256')],
    ['somebody else’s key', signed(HEADER, CLAIMS, THEIRS.privateKey)],
    ['another kid', signed({ ...HEADER, kid: 'another' })],
    ['the kid of a path', signed({ ...HEADER, kid: '../../dev/null' })],
    ['the kid of a prototype', signed({ ...HEADER, kid: '__proto__' })],
    ['a number as kid', signed({ ...HEADER, kid: 1 })],
    ['no kid', signed({ alg: 'EdDSA', typ: 'at+jwt' })],
    [
      'an embedded key',
      signed({ ...HEADER, jwk: THEIRS.publicKey.export({ format: 'jwk' }) }, CLAIMS, THEIRS.privateKey),
    ],
    ['our own key, embedded', signed({ ...HEADER, jwk: PUBLIC_JWK })],
    ['a key set elsewhere', signed({ ...HEADER, jku: 'https://evil.example/jwks.json' })],
    ['a certificate elsewhere', signed({ ...HEADER, x5u: 'https://evil.example/cert.pem' })],
    ['an embedded certificate', signed({ ...HEADER, x5c: ['MIIB'] })],
    ['a certificate’s thumbprint', signed({ ...HEADER, x5t: 'x' })],
    ['critical members', signed({ ...HEADER, crit: ['exp'], exp: NOW_S + 60 })],
    ['an unencoded payload', signed({ ...HEADER, crit: ['b64'], b64: false })],
    ['compression', signed({ ...HEADER, zip: 'DEF' })],
    ['a member nobody knows', signed({ ...HEADER, x: 1 })],
    ['typ JWT', signed({ ...HEADER, typ: 'JWT' })],
    ['typ application/at+jwt', signed({ ...HEADER, typ: 'application/at+jwt' })],
    ['typ unlock+jwt', signed({ ...HEADER, typ: 'unlock+jwt' })],
    ['no typ', signed({ alg: 'EdDSA', kid: KID })],
    ['another issuer', signed(HEADER, { ...CLAIMS, iss: 'signpost:other' })],
    ['an issuer that begins like ours', signed(HEADER, { ...CLAIMS, iss: `${ISSUER}2` })],
    ['no issuer', signed(HEADER, without('iss'))],
    ['another audience', signed(HEADER, { ...CLAIMS, aud: 'another-api' })],
    ['audiences in a list', signed(HEADER, { ...CLAIMS, aud: ['signpost-api'] })],
    ['no audience', signed(HEADER, without('aud'))],
    ['an expiry that is now', signed(HEADER, { ...CLAIMS, exp: NOW_S })],
    ['an expiry in the past', signed(HEADER, { ...CLAIMS, exp: NOW_S - 1 })],
    ['an expiry as text', signed(HEADER, { ...CLAIMS, exp: String(NOW_S + 60) })],
    ['no expiry', signed(HEADER, without('exp'))],
    ['a beginning in the future', signed(HEADER, { ...CLAIMS, nbf: NOW_S + 3_600 })],
    ['no beginning', signed(HEADER, without('nbf'))],
    ['a time of issue in the future', signed(HEADER, { ...CLAIMS, iat: NOW_S + 3_600 })],
    ['a time of issue as text', signed(HEADER, { ...CLAIMS, iat: String(NOW_S) })],
    ['no time of issue', signed(HEADER, without('iat'))],
    ['nobody', signed(HEADER, without('sub'))],
    ['somebody as a list', signed(HEADER, { ...CLAIMS, sub: ['usr_1'] })],
    ['no session', signed(HEADER, without('sid'))],
    ['claims that are null', signed(HEADER, 'null')],
    ['claims that are a list', signed(HEADER, [CLAIMS])],
    ['claims that are a text', signed(HEADER, '"usr_1"')],
    ['claims that are no JSON', signed(HEADER, '{')],
    ['claims that are no UTF-8', signed(HEADER, '\u00ff\u00fe')],
    ['no claims', signed(HEADER, '')],
    ['a header that is null', signed('null')],
    ['a header that is no JSON', signed('{"alg":')],
    ['a header that is a list', signed([HEADER])],
    ['other claims under the signature', `${goodHeader}.${encode({ ...CLAIMS, sub: 'usr_2' })}.${goodSignature}`],
    ['no signature', `${goodHeader}.${goodPayload}.`],
    ['a signature of nulls', `${goodHeader}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`],
    ['half a signature', `${goodHeader}.${goodPayload}.${goodSignature.slice(0, 43)}`],
    ['two signatures', `${goodHeader}.${goodPayload}.${goodSignature}${goodSignature}`],
    ['padding', `${GOOD}==`],
    ['padding in the header', `${goodHeader}=.${goodPayload}.${goodSignature}`],
    ['whitespace at the end', `${GOOD} `],
    ['whitespace at the beginning', ` ${GOOD}`],
    ['a line break within', `${goodHeader}.${goodPayload}\n.${goodSignature}`],
    ['base64 for base64url', GOOD.replaceAll('-', '+').replaceAll('_', '/').replace(/$/, '+')],
    ['two parts', `${goodHeader}.${goodPayload}`],
    ['four parts', `${GOOD}.${goodSignature}`],
    ['five parts, as an encrypted token', `${GOOD}.${goodSignature}.${goodSignature}`],
    ['dots', '..'],
    ['nothing', ''],
    ['no dots', 'x'.repeat(200)],
    ['a kilobyte', signed(HEADER, { ...CLAIMS, note: 'x'.repeat(1_024) })],
    ['a megabyte', `${goodHeader}.${'A'.repeat(1_000_000)}.${goodSignature}`],
    ['a million dots', '.'.repeat(1_000_000)],
    ['deep nesting', signed('['.repeat(400))],
  ])('is refused: %s', async (_, token) => {
    expect(await read(token)).toBeNull();
  });

  it('is refused: an encrypted token, before anything is decrypted', async () => {
    const secret = randomBytes(32);
    const encrypted = await new CompactEncrypt(Buffer.from(JSON.stringify(CLAIMS)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: KID, typ: 'at+jwt' })
      .encrypt(secret);
    const asking = verifier();
    expect(await verifyAccessToken(asking, encrypted)).toBeNull();
    expect(asking.askedFor).toEqual([]);
  });

  it('makes nobody look for a key unless it has our form', async () => {
    const asking = verifier();
    const otherHeaders = [{ alg: 'none' }, { alg: 'ES256' }, { typ: 'JWT' }, { jku: 'https://evil.example' }];
    const others = otherHeaders.map((header) => signed({ ...HEADER, ...header }));
    for (const token of ['', 'x', `${GOOD}=`, '.'.repeat(1_000), ...others]) await verifyAccessToken(asking, token);
    expect(asking.askedFor).toEqual([]);
  });

  it('is refused: a good token with any one character changed, added or taken away', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(GOOD.length - 1),
        fc.constantFrom('change', 'add', 'take'),
        fc.constantFrom(...'ABab09-_.=+/ \n%'.split('')),
        async (at, how, character) => {
          const rest = GOOD.slice(how === 'add' ? at : at + 1);
          const mutated = GOOD.slice(0, at) + (how === 'take' ? '' : character) + rest;
          fc.pre(mutated !== GOOD);
          expect(await read(mutated)).toBeNull();
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('is refused: a good token with any one bit of its bytes changed', async () => {
    const parts = GOOD.split('.').map((part) => Buffer.from(part, 'base64url'));
    for (const [index, bytes] of parts.entries())
      for (let bit = 0; bit < bytes.length * 8; bit += 5) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const token = parts.with(index, changed).map((part) => part.toString('base64url'));
        expect(await read(token.join('.'))).toBeNull();
      }
  });

  it('is refused, whatever text it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        expect(await read(text)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
