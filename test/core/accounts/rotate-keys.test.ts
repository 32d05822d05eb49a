import { createPrivateKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { signAccessToken } from '../../../core/accounts/access-token.ts';
import { isGood, jwksOf } from '../../../core/accounts/published-keys.ts';
import type { RotationStep } from '../../../core/accounts/rotate-keys.ts';
import { ROTATION_STEPS, rotateKeys } from '../../../core/accounts/rotate-keys.ts';
import { ACCESS_TOKEN_LIFETIME_S } from '../../../core/accounts/session.ts';
import type { PrivateKey } from '../../../core/accounts/signing-keys.ts';
import { ISSUER, KEY_LEAD_MS, keyWorld, SUBJECT } from '../../fixtures/key-world.ts';

const MINUTE_MS = 60_000;
const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;

describe('A rotation of the signing keys', () => {
  it('makes the first key, which signs at once', async () => {
    const { rotate, newSigner, newVerifier } = keyWorld();
    const [sign, accepts] = [newSigner(), newVerifier()];
    await expect(sign()).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE' });
    await rotate();
    expect(await accepts(await sign())).toBe(true);
  });

  it('signs with the next key when everybody has had time to read it, not before', async () => {
    const { clock, rotate, newSigner } = keyWorld();
    await rotate();
    const first = kidOf(await newSigner()());
    await rotate();
    clock.nowMs += KEY_LEAD_MS - 1;
    expect(kidOf(await newSigner()())).toBe(first);
    clock.nowMs += 1;
    expect(kidOf(await newSigner()())).not.toBe(first);
  });

  it('retires the former key when its last token has ended', async () => {
    const { clock, rotate, newSigner, newVerifier, readPublished } = keyWorld();
    await rotate();
    const kid = kidOf(await newSigner()());
    await rotate();
    clock.nowMs += KEY_LEAD_MS + (ACCESS_TOKEN_LIFETIME_S + 60) * 1_000;
    const former = (await readPublished()).find((key) => key.kid === kid);
    expect(former !== undefined && isGood(former, clock.nowMs)).toBe(true);
    clock.nowMs += MINUTE_MS;
    expect(former !== undefined && isGood(former, clock.nowMs)).toBe(false);
    expect(jwksOf(await readPublished(), clock.nowMs).keys.map((key) => key.kid)).not.toContain(kid);
    expect(await newVerifier()(await newSigner()())).toBe(true);
  });

  it('gives no key a longer life that a former rotation has ended', async () => {
    const { clock, rotate, readPublished } = keyWorld();
    await rotate();
    await rotate();
    const ends = async () => (await readPublished()).map(({ verifiesUntilMs }) => verifiesUntilMs);
    const [first] = await ends();
    clock.nowMs += MINUTE_MS;
    await rotate();
    expect((await ends())[0]).toBe(first);
  });

  it('shows the public halves only', async () => {
    const { clock, rotate, readPublished, secret } = keyWorld();
    await rotate();
    await rotate();
    const shown = JSON.stringify([await readPublished(), jwksOf(await readPublished(), clock.nowMs)]);
    for (const { privateJwk } of (await secret.readCurrent()).keys) {
      expect(shown).toContain(privateJwk.x);
      expect(shown).not.toContain(privateJwk.d);
    }
    const { keys } = jwksOf(await readPublished(), clock.nowMs);
    expect(keys[0]).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.any(String) as unknown,
      kid: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      alg: 'EdDSA',
      use: 'sig',
    });
  });

  it('may have each of its steps repeated', async () => {
    const { deps, secret, readPublished, newSigner, newVerifier } = keyWorld();
    for (let turn = 0; turn < 2; turn += 1) {
      const version = secret.begin();
      for (const step of ROTATION_STEPS) {
        await rotateKeys(deps, step, version);
        const once = JSON.stringify([await readPublished(), [...(await secret.stages())]]);
        await rotateKeys(deps, step, version);
        expect(JSON.stringify([await readPublished(), [...(await secret.stages())]])).toBe(once);
      }
      for (const step of ROTATION_STEPS) await rotateKeys(deps, step, version);
      expect((await secret.readCurrent()).keys).toHaveLength(turn + 1);
    }
    expect(await newVerifier()(await newSigner()())).toBe(true);
  });

  it.each<[string, readonly RotationStep[]]>([
    ['published before it was created', ['setSecret']],
    ['tested before it was published', ['createSecret', 'testSecret']],
    ['tested before it was created', ['testSecret']],
  ])('fails where the next key is %s', async (_, steps) => {
    const { deps, secret } = keyWorld();
    const version = secret.begin();
    const run = async () => {
      for (const step of steps) await rotateKeys(deps, step, version);
    };
    await expect(run()).rejects.toThrow(/was not (created|published)/);
  });

  it('to a version nobody announced is refused, and changes nothing', async () => {
    const { deps, readPublished, secret } = keyWorld();
    for (const step of ROTATION_STEPS)
      await expect(rotateKeys(deps, step, 'f'.repeat(36))).rejects.toThrow(/under way/);
    expect(await readPublished()).toEqual([]);
    expect(await secret.readCurrent()).toEqual({ keys: [] });
  });

  it('brings sign-ins back after the set was emptied by hand', async () => {
    const { clock, deps, rotate, secret, newSigner, newVerifier } = keyWorld();
    await rotate();
    const before = await newSigner()();
    const version = secret.begin();
    await deps.secret.putPending(version, { keys: [] });
    await rotateKeys(deps, 'finishSecret', version);
    await expect(newSigner()()).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE' });
    await rotate();
    clock.nowMs += KEY_LEAD_MS;
    const accepts = newVerifier();
    expect(await accepts(await newSigner()())).toBe(true);
    expect(await accepts(before)).toBe(true);
  });
  it('ends a leaked key within a minute, once the item that publishes it was deleted', async () => {
    const { clock, rotate, secret, publicKeys, newSigner, newVerifier } = keyWorld();
    await rotate();
    await rotate();
    const [leaked] = (await secret.readCurrent()).keys;
    const [accepts, sign] = [newVerifier(), newSigner()];
    const before = await sign();
    expect(await accepts(before)).toBe(true);
    publicKeys.deleteItem();
    await rotate();
    clock.nowMs += MINUTE_MS;
    expect(await accepts(before)).toBe(false);
    expect(await accepts(await stolen(clock.nowMs, { kid: leaked?.kid ?? '' }, leaked))).toBe(false);
    expect(await accepts(await sign())).toBe(true);
    expect((await secret.readCurrent()).keys).toHaveLength(1);
  });
});

type Event =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'step' | 'repeat' }
  | { readonly kind: 'sign' | 'stranger'; readonly who: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(90_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(3_600_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('step' as const, 'step' as const, 'repeat' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('sign' as const, 'stranger' as const), who: fc.nat(2) }) },
);

/** What happens to the keys, at any time and in any order, with three signers and three verifiers that remember. */
async function play(events: readonly Event[]): Promise<void> {
  const { clock, deps, secret, newSigner, newVerifier, readPublished } = keyWorld();
  const signers = [newSigner(), newSigner(), newSigner()];
  const verifiers = [newVerifier(), newVerifier(), newVerifier()];
  const tokens: { readonly token: string; readonly endsAtMs: number }[] = [];
  const everyKey = new Map<string, PrivateKey>();
  let rotation = { version: secret.begin(), done: 0 };

  const run = async (index: number): Promise<void> => {
    await rotateKeys(deps, ROTATION_STEPS[index] ?? 'finishSecret', rotation.version);
    for (const key of (await secret.readCurrent()).keys) everyKey.set(key.kid, key);
  };
  const happen = async (one: Event): Promise<void> => {
    if (one.kind === 'wait') clock.nowMs += one.ms;
    if (one.kind === 'step') {
      await run(rotation.done);
      const isOver = rotation.done + 1 === ROTATION_STEPS.length;
      rotation = isOver ? { version: secret.begin(), done: 0 } : { ...rotation, done: rotation.done + 1 };
    }
    if (one.kind === 'repeat' && rotation.done > 0) await run(rotation.done - 1);
    if (one.kind === 'stranger')
      await verifiers[one.who]?.(await stolen(clock.nowMs, { kid: 'nobody’s' }, [...everyKey.values()][0]));
    if (one.kind === 'sign' && everyKey.size > 0) {
      const token = (await signers[one.who]?.()) ?? '';
      tokens.push({ token, endsAtMs: Math.floor(clock.nowMs / 1_000) * 1_000 + ACCESS_TOKEN_LIFETIME_S * 1_000 });
    }
  };

  for (const one of events) {
    await happen(one);
    for (const { token, endsAtMs } of tokens)
      for (const accepts of verifiers)
        if (endsAtMs > clock.nowMs && !(await accepts(token)))
          throw new Error(`A good token was refused after ${one.kind}.`);
    const good = (await readPublished()).filter((key) => isGood(key, clock.nowMs)).map(({ kid }) => kid);
    const retired = [...everyKey.values()].filter(({ kid }) => !good.includes(kid));
    for (const key of retired)
      for (const accepts of verifiers)
        if (await accepts(await stolen(clock.nowMs, key, key))) throw new Error('A retired key was accepted.');
  }
}

/** A fresh token by somebody who has a private key, under the name of any. */
async function stolen(nowMs: number, { kid }: { readonly kid: string }, key: PrivateKey | undefined): Promise<string> {
  if (key === undefined) return '';
  const privateKey = createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' });
  return signAccessToken({ kid, key: privateKey }, ISSUER, SUBJECT, nowMs, randomBytes);
}

describe('Under any number of rotations, however slow and often repeated', () => {
  it('no token is refused before its end, and no retired key is accepted', async () => {
    await fc.assert(fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 60 }), play), { numRuns: 60 });
  }, 60_000);
});
