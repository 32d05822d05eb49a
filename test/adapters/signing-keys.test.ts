import { randomBytes, randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { accessTokenSigner } from '../../adapters/access-token-signer.ts';
import { keySecret } from '../../adapters/key-secret.ts';
import { publicKeyStore, UNKNOWN_KEY_READ_MS, verificationKeys } from '../../adapters/public-keys.ts';
import { verifyAccessToken } from '../../core/accounts/access-token.ts';
import type { PublishedKey } from '../../core/accounts/published-keys.ts';
import { publishNewest, SIGNER_MEMORY_MS, VERIFIER_MEMORY_MS } from '../../core/accounts/published-keys.ts';
import { ROTATION_STEPS } from '../../core/accounts/rotate-keys.ts';
import type { PrivateKey } from '../../core/accounts/signing-keys.ts';
import { newPrivateKey } from '../../core/accounts/signing-keys.ts';
import { rotateKeysHandler } from '../../lambdas/rotate-keys/handler.ts';
import { beginRotation } from '../../local/engines/secret.ts';
import type { SecretStore } from '../../local/engines/secret-store.ts';
import { openSecretStore } from '../../local/engines/secret-store.ts';
import type { SecretsManagerEngine } from '../../local/engines/secrets-manager.ts';
import { startSecretsManager } from '../../local/engines/secrets-manager.ts';
import { ISSUER, SUBJECT } from '../fixtures/key-world.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { LEAN_ENV, startTables, type TestTables } from '../fixtures/tables.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Keys-AbCdEf';

describe('The rotation function, on Secrets Manager and DynamoDB', () => {
  let tables: TestTables;
  let engine: SecretsManagerEngine;
  let client: SecretsManagerClient;
  let store: SecretStore;
  const clock = { nowMs: NOW_MS };

  beforeAll(async () => {
    tables = await startTables();
    store = openSecretStore();
    store.ensure('Keys', () => '{"keys":[]}');
    const definition = { name: 'Keys', arn: ARN, description: '', rotation: null };
    engine = await startSecretsManager({ store, secrets: [definition], authorize: () => ({ allowed: true }) });
    client = new SecretsManagerClient({
      endpoint: engine.url,
      region: LEAN_ENV.AWS_REGION,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await engine.close();
    await tables.close();
  });

  const secret = () => keySecret(client, ARN);
  const publicKeys = () => publicKeyStore(tables.client, 'accounts');
  const readPublished = async () => (await publicKeys().read()).keys;
  const handler = () =>
    rotateKeysHandler(() => ({
      secret: secret(),
      publicKeys: publicKeys(),
      leadMs: 120_000,
      randomBytes,
      nowMs: () => clock.nowMs,
    }));
  const call = (Step: string, ClientRequestToken: string) =>
    handler()({ Step, ClientRequestToken, SecretId: ARN } as SecretsManagerRotationEvent);
  const begin = (): string => {
    const begun = beginRotation(
      store.ensure('Keys', () => ''),
      randomUUID(),
      clock.nowMs,
    );
    store.put(begun.secret);
    return begun.versionId;
  };

  it('rotates: the first key signs at once, the second two minutes later, each step may be repeated', async () => {
    const sign = accessTokenSigner({ readSet: () => secret().readCurrent(), readPublished }, ISSUER, randomBytes);
    const findKey = verificationKeys(readPublished, () => clock.nowMs);
    const accepts = (token: string) => verifyAccessToken({ issuer: ISSUER, findKey, nowMs: () => clock.nowMs }, token);
    const kids: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const version = begin();
      for (const step of ROTATION_STEPS) for (let time = 0; time < 2; time += 1) await call(step, version);
      clock.nowMs += 120_000;
      const token = await sign(SUBJECT, clock.nowMs);
      expect(await accepts(token)).toEqual(SUBJECT);
      kids.push(String(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())['kid']));
    }
    expect(new Set(kids).size).toBe(3);
    expect((await readPublished()).map(({ kid }) => kid)).toEqual(kids);
  });

  it('refuses a step that is none', async () => {
    await expect(call('dropSecret', begin())).rejects.toThrow('unknown step');
  });

  it('writes the public keys only over what was read', async () => {
    const former = await publicKeys().read();
    await publicKeys().write(former.keys, former);
    await expect(publicKeys().write([], former)).rejects.toThrow(/conditional/i);
    expect(await readPublished()).toEqual(former.keys);
  });
});

describe('The secret', () => {
  it.each(['hunter2 {', '[]', '"hunter2"', 'null', '{"keys":{}}', undefined])(
    'that holds no key set but %j is told of without its text',
    async (SecretString) => {
      const client = { send: () => Promise.resolve({ SecretString }) } as unknown as SecretsManagerClient;
      const read = keySecret(client, ARN).readCurrent();
      await expect(read).rejects.toThrow(/^The secret of the signing keys holds no key set\.$/);
    },
  );
});

/** A key and what is published of it, signing from now on. */
async function aKey(): Promise<{ key: PrivateKey; published: readonly PublishedKey[] }> {
  const key = await newPrivateKey(NOW_MS);
  return { key, published: publishNewest([], { keys: [key] }, NOW_MS, 0) };
}

describe('Verification keys', () => {
  async function world() {
    const { key, published } = await aKey();
    const clock = { nowMs: NOW_MS };
    const reads = { count: 0, published };
    const read = (): Promise<readonly PublishedKey[]> => {
      reads.count += 1;
      return Promise.resolve(reads.published);
    };
    return { kid: key.kid, clock, reads, find: verificationKeys(read, () => clock.nowMs) };
  }

  it('are read once a minute, however many ask', async () => {
    const { kid, clock, reads, find } = await world();
    await Promise.all(Array.from({ length: 50 }, () => find(kid)));
    clock.nowMs += VERIFIER_MEMORY_MS - 1;
    expect(await find(kid)).not.toBeNull();
    expect(reads.count).toBe(1);
    clock.nowMs += 1;
    expect(await find(kid)).not.toBeNull();
    expect(reads.count).toBe(2);
  });

  it('are read again for a name that is not known, at most once in five seconds', async () => {
    const { kid, clock, reads, find } = await world();
    await find(kid);
    clock.nowMs += UNKNOWN_KEY_READ_MS - 1;
    for (let call = 0; call < 100; call += 1) expect(await find(`stranger ${call}`)).toBeNull();
    expect(reads.count).toBe(1);
    clock.nowMs += 1;
    for (let call = 0; call < 100; call += 1) expect(await find(`stranger ${call}`)).toBeNull();
    expect(reads.count).toBe(2);
  });

  it('end at their end, also while they are remembered', async () => {
    const { kid, clock, reads, find } = await world();
    reads.published = reads.published.map((key) => ({ ...key, verifiesUntilMs: NOW_MS + 10 }));
    expect(await find(kid)).not.toBeNull();
    clock.nowMs += 10;
    expect(await find(kid)).toBeNull();
  });

  it('that cannot be read are asked for again by the next caller', async () => {
    const { published, key } = await aKey();
    let isAway = true;
    const find = verificationKeys(
      () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(published)),
      () => NOW_MS,
    );
    await expect(find(key.kid)).rejects.toThrow('away');
    isAway = false;
    expect(await find(key.kid)).not.toBeNull();
  });
});

describe('The signer', () => {
  it('reads its keys once a minute, and each time while there is none to sign with', async () => {
    const { key, published } = await aKey();
    const reads = { count: 0, set: { keys: [] as readonly PrivateKey[] } };
    const readSet = () => {
      reads.count += 1;
      return Promise.resolve(reads.set);
    };
    const sign = accessTokenSigner({ readSet, readPublished: () => Promise.resolve(published) }, ISSUER, randomBytes);
    for (let call = 0; call < 2; call += 1)
      await expect(sign(SUBJECT, NOW_MS)).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE' });
    expect(reads.count).toBe(2);
    reads.set = { keys: [key] };
    for (let call = 0; call < 10; call += 1) await sign(SUBJECT, NOW_MS + SIGNER_MEMORY_MS - 1);
    expect(reads.count).toBe(3);
    await sign(SUBJECT, NOW_MS + 2 * SIGNER_MEMORY_MS);
    expect(reads.count).toBe(4);
  });

  it('never signs with a key that is not published', async () => {
    const { key } = await aKey();
    const sources = { readSet: () => Promise.resolve({ keys: [key] }), readPublished: () => Promise.resolve([]) };
    const sign = accessTokenSigner(sources, ISSUER, randomBytes);
    await expect(sign(SUBJECT, NOW_MS)).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE' });
  });
});
