import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { RandomBytes } from '../links/short-code.ts';
import { signAccessToken, verifyAccessToken } from './access-token.ts';
import type { PublishedKey } from './published-keys.ts';
import { publishNewest, retireFormerKeys } from './published-keys.ts';
import type { KeySet } from './signing-keys.ts';
import { newPrivateKey, withNewKey } from './signing-keys.ts';

/** The published keys as they stand; `version` counts their changes. */
export type PublishedKeys = { readonly keys: readonly PublishedKey[]; readonly version: number };

export type PublicKeyStore = {
  read(): Promise<PublishedKeys>;
  /** Throws where somebody else wrote since `former` was read. */
  write(keys: readonly PublishedKey[], former: PublishedKeys): Promise<void>;
};

/** The key set in Secrets Manager, a new version of it with each rotation. */
export type KeySecret = {
  readCurrent(): Promise<KeySet>;
  /** Null where that version has no value yet. */
  readPending(version: string): Promise<KeySet | null>;
  putPending(version: string, set: KeySet): Promise<void>;
  /** The stages of each version: `AWSCURRENT`, `AWSPENDING`. */
  stages(): Promise<ReadonlyMap<string, readonly string[]>>;
  moveCurrent(from: string | null, to: string): Promise<void>;
};

export type RotationDeps = {
  readonly secret: KeySecret;
  readonly publicKeys: PublicKeyStore;
  /** How long a new key is published before tokens are signed with it. */
  readonly leadMs: number;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

/**
 * One step of Secrets Manager's rotation protocol. Each may come again, and hours after the one before: keys are dated
 * when they are published and when they are replaced, never before. Throws where the version is not being rotated to.
 */
export async function rotateKeys(deps: RotationDeps, step: RotationStep, version: string): Promise<void> {
  const stages = await deps.secret.stages();
  const staged = stages.get(version) ?? [];
  const isInUse = staged.includes('AWSCURRENT');
  if (!isInUse && !staged.includes('AWSPENDING'))
    throw new Error('No rotation to this version of the secret is under way.');
  if (isInUse && step !== 'finishSecret') return;
  switch (step) {
    case 'createSecret':
      return createNextSet(deps, version);
    case 'setSecret':
      return publish(deps, version);
    case 'testSecret':
      return test(deps, version);
    case 'finishSecret':
      return putToUse(deps, version, stages);
  }
}

async function createNextSet({ secret, publicKeys, nowMs }: RotationDeps, version: string): Promise<void> {
  if ((await secret.readPending(version)) !== null) return;
  const [current, { keys }, key] = await Promise.all([secret.readCurrent(), publicKeys.read(), newPrivateKey(nowMs())]);
  await secret.putPending(version, withNewKey(current, key, keys, nowMs()));
}

async function publish(deps: RotationDeps, version: string): Promise<void> {
  const [set, published] = await Promise.all([pendingSet(deps, version), deps.publicKeys.read()]);
  await deps.publicKeys.write(publishNewest(published.keys, set, deps.nowMs(), deps.leadMs), published);
}

/** A token signed with the new key must be good for whoever reads the published ones. */
async function test(deps: RotationDeps, version: string): Promise<void> {
  const [set, published] = await Promise.all([pendingSet(deps, version), deps.publicKeys.read()]);
  const newest = set.keys.at(-1);
  if (newest === undefined) throw new Error('The next key set is empty.');
  const issuer = 'signpost:rotation';
  const key = createPrivateKey({ key: { ...newest.privateJwk }, format: 'jwk' });
  const subject = { userId: 'usr_rotation', sessionId: 'ses_rotation' };
  const token = await signAccessToken({ kid: newest.kid, key }, issuer, subject, deps.nowMs(), deps.randomBytes);
  const half = published.keys.find(({ kid }) => kid === newest.kid);
  if (half === undefined) throw new Error('The new key was not published.');
  const publicKey = createPublicKey({ key: { ...half.publicJwk }, format: 'jwk' });
  const verifier = { issuer, findKey: () => Promise.resolve(publicKey), nowMs: deps.nowMs };
  const read = await verifyAccessToken(verifier, token);
  if (read === null) throw new Error('The published keys do not verify what the new key signs.');
}

async function putToUse(
  deps: RotationDeps,
  version: string,
  stages: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const [current = null] = [...stages].find(([, names]) => names.includes('AWSCURRENT')) ?? [];
  if (current !== version) await deps.secret.moveCurrent(current, version);
  const [set, published] = await Promise.all([deps.secret.readCurrent(), deps.publicKeys.read()]);
  await deps.publicKeys.write(retireFormerKeys(published.keys, set, deps.nowMs()), published);
}

async function pendingSet({ secret }: RotationDeps, version: string): Promise<KeySet> {
  const set = await secret.readPending(version);
  if (set === null) throw new Error('The next key set was not created.');
  return set;
}
