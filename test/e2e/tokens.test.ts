import { createHmac, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWTHeaderParameters } from 'jose';
import { CompactEncrypt, decodeJwt, exportJWK, SignJWT } from 'jose';
import { signingKeyOf, tokenSignedAgo } from './access-tokens.ts';
import type { Person } from './people.ts';
import { cookiesIn, open, signIn, signUp } from './people.ts';
import { refusal } from './problem.ts';
import type { Answer, Product } from './product.ts';
import { eventually, startProduct } from './product.ts';

/** What is done to access tokens, on the running product: every change of a good one is 401, and rotation logs nobody out. */
let product: Product;
let person: Person;
beforeAll(async () => {
  product = await startProduct({ accounts: { keyLeadS: 121 } });
  person = await signUp(product, 'Tamara');
});
afterAll(() => product.close());

const me = (key: string | null): Promise<Answer> => product.api('/v1/users/me', { key });
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (): [string, string, string] => person.token.split('.') as [string, string, string];

type Forged = (claims: ReturnType<typeof decodeJwt>) => Promise<string> | string;

/** Signed with the product's own key, with other words in it. */
const signed =
  (header: Partial<JWTHeaderParameters>, change: Record<string, unknown> = {}): Forged =>
  async (claims) => {
    const { kid, privateJwk } = await signingKeyOf(product);
    const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
    return new SignJWT({ ...claims, ...change })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
      .sign(key);
  };

/** Signed with a key of the forger's, who says so in the header. */
const withOwnKey =
  (header: (jwk: unknown) => Record<string, unknown>): Forged =>
  async (claims) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { kid } = await signingKeyOf(product);
    const jwk = await exportJWK(publicKey);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header(jwk) })
      .sign(privateKey);
  };

const nowS = Math.floor(Date.now() / 1_000);
const FORGERIES: Readonly<Record<string, Forged>> = {
  'alg none, unsigned': (claims) => `${base64url({ alg: 'none', typ: 'at+jwt' })}.${base64url(claims)}.`,
  'alg none, our kid': async (claims) =>
    `${base64url({ alg: 'none', typ: 'at+jwt', kid: (await signingKeyOf(product)).kid })}.${base64url(claims)}.`,
  'HS256 with the public key as its secret': async (claims) => {
    const { kid, privateJwk } = await signingKeyOf(product);
    const text = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid })}.${base64url(claims)}`;
    return `${text}.${createHmac('sha256', privateJwk.x).update(text).digest('base64url')}`;
  },
  'ES256 by somebody': async (claims) => {
    const { kid } = await signingKeyOf(product);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(privateKey);
  },
  'RS256 by somebody': async (claims) => {
    const { kid } = await signingKeyOf(product);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(privateKey);
  },
  'another issuer': signed({}, { iss: 'signpost:prod' }),
  'no issuer': signed({}, { iss: undefined }),
  'another audience': signed({}, { aud: 'somebody-else' }),
  audiences: signed({}, { aud: ['signpost-api', 'somebody-else'] }),
  'no audience': signed({}, { aud: undefined }),
  'typ JWT': signed({ typ: 'JWT' }),
  'no typ': signed({ typ: undefined }),
  'a kid of nobody': signed({ kid: 'nobody' }),
  'a kid that is a path': signed({ kid: '../../signing-keys' }),
  'no kid': signed({ kid: undefined }),
  'expired an hour ago': () => tokenSignedAgo(product, person, 3_600_000 + 900_000),
  'expired a second ago': () => tokenSignedAgo(product, person, 901_000),
  'no expiry': signed({}, { exp: undefined }),
  'expiry as text': signed({}, { exp: String(nowS + 600) }),
  'not before two minutes from now': signed({}, { nbf: nowS + 120 }),
  'made two minutes from now': signed({}, { iat: nowS + 120 }),
  'somebody else’s subject': signed({}, { sub: 'usr_somebody' }),
  'no subject': signed({}, { sub: undefined }),
  'another session': signed({}, { sid: 'ses_another' }),
  'a crit header': signed({ crit: ['b64'], b64: true }),
  'signed by an own key': withOwnKey(() => ({})),
  'an embedded jwk': withOwnKey((jwk) => ({ jwk })),
  'an embedded jwk, no kid': withOwnKey((jwk) => ({ jwk, kid: undefined })),
  'a jku': withOwnKey(() => ({ jku: 'http://127.0.0.1:1/jwks.json' })),
  'an x5u': withOwnKey(() => ({ x5u: 'http://127.0.0.1:1/cert.pem' })),
  'an x5c': withOwnKey(() => ({ x5c: ['MIIB'] })),
  'our key and a jku beside': signed({ jku: 'http://127.0.0.1:1/jwks.json' }),
  'an encrypted token': async (claims) =>
    new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(randomBytes(32)),
  'a payload that was changed': (claims) => {
    const [header, , signature] = parts();
    return `${header}.${base64url({ ...claims, sub: 'usr_admin' })}.${signature}`;
  },
  'a signature with one bit turned': () => {
    const [header, payload, signature] = parts();
    const bytes = Buffer.from(signature, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    return `${header}.${payload}.${bytes.toString('base64url')}`;
  },
  'no signature': () => parts().slice(0, 2).join('.'),
  'an empty signature': () => `${parts().slice(0, 2).join('.')}.`,
  'four parts': () => `${person.token}.${parts()[2]}`,
  padding: () => `${person.token}==`,
  'a header that is no JSON': () => `e30x.${parts()[1]}.${parts()[2]}`,
  'another spelling of the last bits': () => {
    const last = person.token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${person.token.slice(0, -1)}${alphabet.charAt(alphabet.indexOf(last) ^ 1)}`;
  },
};

test('a token is good as it was made, and as its session is', async () => {
  expect((await me(person.token)).status).toBe(200);
  expect((await me(await tokenSignedAgo(product, person, 60_000))).status).toBe(200);
});

test.each(Object.entries(FORGERIES))('%s is 401, as bearer and as cookie', async (_name, forge) => {
  const token = await forge(decodeJwt(person.token));
  expect(token).not.toBe(person.token);
  expect(refusal(await me(token))).toEqual([401, 'UNAUTHENTICATED']);
  const asCookie = await product.api('/v1/users/me', {
    key: null,
    headers: { cookie: `__Host-signpost_access=${token}` },
  });
  expect(refusal(asCookie)).toEqual([401, 'UNAUTHENTICATED']);
});

test('keys that are published hold no private half, and verify what is signed', async () => {
  const jwks = await product.api('/.well-known/jwks.json', { key: null });
  const { keys } = jwks.json<{ keys: readonly Record<string, unknown>[] }>();
  expect(keys.length).toBeGreaterThanOrEqual(1);
  for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});

test('keys rotate five times under traffic: no token of a living session is refused', async () => {
  const people = [person, await signUp(product, 'Tilo'), await signUp(product, 'Tessa')];
  const refused: string[] = [];
  let calls = 0;
  const end = new AbortController();
  const traffic = people.map(async (one) => {
    let { token } = one;
    for (let round = 0; !end.signal.aborted; round += 1) {
      const answer = await me(token);
      calls += 1;
      if (answer.status !== 200) refused.push(`${answer.status} ${answer.text}`);
      if (round % 20 === 19) {
        const signedIn = await signIn(product, one.email, one.password);
        if (signedIn.status !== 200) refused.push(`login ${signedIn.status} ${signedIn.text}`);
        else token = signedIn.json<{ access_token: string }>().access_token;
      }
    }
  });
  const kids = new Set<string>();
  for (let rotation = 0; rotation < 5; rotation += 1) {
    await product.laptop.rotateSecret();
    kids.add((await signingKeyOf(product)).kid);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  end.abort();
  await Promise.all(traffic);
  expect(kids.size).toBe(5);
  expect(calls).toBeGreaterThan(50);
  expect(refused).toEqual([]);
}, 60_000);

test('an old refresh token kills its family: the thief’s token and the owner’s', async () => {
  const signedIn = await signIn(product, person.email, person.password);
  const stolen = cookiesIn(signedIn);
  const refresh = (cookie: string): Promise<Answer> =>
    open(product, '/v1/auth/refresh', {}, { cookie, 'x-signpost-csrf': '1' });
  const rotated = await refresh(stolen);
  expect(rotated.status).toBe(200);
  expect(refusal(await refresh(stolen))).toEqual([401, 'UNAUTHENTICATED']);
  expect(refusal(await refresh(cookiesIn(rotated)))).toEqual([401, 'UNAUTHENTICATED']);
  const token = rotated.json<{ access_token: string }>().access_token;
  await eventually(
    async () => (await me(token)).status,
    (status) => status === 401,
    2_000,
  );
});
