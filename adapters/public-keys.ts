import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { PublishedKey } from '../core/accounts/published-keys.ts';
import { isGood, VERIFIER_MEMORY_MS } from '../core/accounts/published-keys.ts';
import type { PublicKeyStore } from '../core/accounts/rotate-keys.ts';
import type { DocumentClient } from './dynamodb.ts';
import { publicKeysKey } from './table.ts';

/** The public halves of the signing keys: one item, read by everybody who verifies. */
export function publicKeyStore(client: DocumentClient, table: string): PublicKeyStore {
  return {
    async read() {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: publicKeysKey(), ConsistentRead: true }),
      );
      if (Item === undefined) return { keys: [], version: 0 };
      return { keys: Item['keys'] as readonly PublishedKey[], version: Number(Item['version']) };
    },
    async write(keys, former) {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...publicKeysKey(), keys, version: former.version + 1 },
          ConditionExpression: 'attribute_not_exists(pk) OR version = :former',
          ExpressionAttributeValues: { ':former': former.version },
        }),
      );
    },
  };
}

/** A stranger's token may name any key: how often one that we do not know makes us read. */
export const UNKNOWN_KEY_READ_MS = 5_000;

type KnownKey = { readonly published: PublishedKey; readonly key: KeyObject };

/** Finds public keys by name in what was read at most a minute ago; a name that is not there is looked for again. */
export function verificationKeys(
  read: () => Promise<readonly PublishedKey[]>,
  nowMs: () => number,
): (kid: string) => Promise<KeyObject | null> {
  let known: ReadonlyMap<string, KnownKey> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  const readAgain = async (): Promise<void> => {
    const startedAtMs = nowMs();
    known = importedKeys(await read());
    readAtMs = startedAtMs;
  };
  const readOnce = (): Promise<void> => {
    reading ??= readAgain().finally(() => {
      reading = null;
    });
    return reading;
  };

  return async (kid) => {
    const ageMs = nowMs() - readAtMs;
    // Before the first rotation there is nothing to remember, and the first key signs at once.
    const isWorthARead = known.size === 0 || (!known.has(kid) && ageMs >= UNKNOWN_KEY_READ_MS);
    if (isWorthARead || ageMs >= VERIFIER_MEMORY_MS) await readOnce();
    const found = known.get(kid);
    return found !== undefined && isGood(found.published, nowMs()) ? found.key : null;
  };
}

const importedKeys = (published: readonly PublishedKey[]): ReadonlyMap<string, KnownKey> =>
  new Map(
    published.map((key) => [
      key.kid,
      { published: key, key: createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' }) },
    ]),
  );
