import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { BeginOutcome, IdempotencyStore, KeyedRequest, StoredAnswer } from '../core/accounts/idempotency.ts';
import { IDEMPOTENCY_LIFETIME_S, LEASE_MS } from '../core/accounts/idempotency.ts';
import { plainItem } from './attribute-value.ts';
import type { DocumentClient } from './dynamodb.ts';
import { idempotencyKey } from './table.ts';

type IdempotencyItem = {
  readonly request_hash: string;
  readonly seed: string;
  readonly lease_ends_at_ms: number;
  /** The seed that the holder of the lease came with: a write sent twice because its answer was lost knows itself by it. */
  readonly lease_owner: string;
  readonly answer?: PackedAnswer;
};

/** The body of a bulk answer may be larger than an item (400 KB); it says the same thing a thousand times. */
type PackedAnswer = Omit<StoredAnswer, 'body'> & { readonly body_gzip_base64: string };

const pack = ({ body, ...rest }: StoredAnswer): PackedAnswer => ({
  ...rest,
  body_gzip_base64: gzipSync(body).toString('base64'),
});

const unpack = ({ body_gzip_base64, ...rest }: PackedAnswer): StoredAnswer => ({
  ...rest,
  body: gunzipSync(Buffer.from(body_gzip_base64, 'base64')).toString(),
});

/** The kept answer of an item with another text in its body and headers; null where that changes nothing. */
export function rewriteAnswer(
  item: Readonly<Record<string, unknown>>,
  rewrite: (text: string) => string,
): PackedAnswer | null {
  const packed = item['answer'] as PackedAnswer | undefined;
  if (packed === undefined) return null;
  const before = JSON.stringify(unpack(packed));
  const after = rewrite(before);
  return after === before ? null : pack(JSON.parse(after) as StoredAnswer);
}

export function idempotencyStore(client: DocumentClient, table: string): IdempotencyStore {
  const keyOf = ({ workspaceId, key }: KeyedRequest) =>
    idempotencyKey(workspaceId, createHash('sha256').update(key).digest('hex'));

  /** Takes a lease that nobody holds any more. */
  const resume = async (
    request: KeyedRequest,
    item: IdempotencyItem,
    owner: string,
    nowMs: number,
  ): Promise<BeginOutcome> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(request),
          UpdateExpression: 'SET lease_ends_at_ms = :lease, lease_owner = :owner',
          ConditionExpression: 'lease_ends_at_ms = :formerLease AND attribute_not_exists(answer)',
          ExpressionAttributeValues: {
            ':lease': nowMs + LEASE_MS,
            ':owner': owner,
            ':formerLease': item.lease_ends_at_ms,
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { kind: 'begun', seed: item.seed };
    } catch (error) {
      return whatStands(itemIn(error), owner);
    }
  };

  return {
    async begin(request, seed, nowMs) {
      const nowS = Math.floor(nowMs / 1_000);
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...keyOf(request),
              request_hash: request.requestHash,
              seed,
              lease_ends_at_ms: nowMs + LEASE_MS,
              lease_owner: seed,
              ttl_s: nowS + IDEMPOTENCY_LIFETIME_S,
            },
            ConditionExpression: 'attribute_not_exists(pk) OR ttl_s <= :now',
            ExpressionAttributeValues: { ':now': nowS },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { kind: 'begun', seed };
      } catch (error) {
        const item = itemIn(error);
        if (item.request_hash !== request.requestHash) return { kind: 'mismatch' };
        const outcome = whatStands(item, seed);
        return outcome.kind === 'running' && outcome.leaseEndsAtMs <= nowMs
          ? resume(request, item, seed, nowMs)
          : outcome;
      }
    },
    async finish(request, answer) {
      // An answered request begins no more, and from its seed follow secrets: the token of an invite.
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(request),
          UpdateExpression: 'SET answer = if_not_exists(answer, :answer) REMOVE seed, lease_owner',
          ExpressionAttributeValues: { ':answer': pack(answer) },
        }),
      );
    },
    async release(request) {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(request),
          UpdateExpression: 'SET lease_ends_at_ms = :over',
          ConditionExpression: 'attribute_not_exists(answer)',
          ExpressionAttributeValues: { ':over': 0 },
        }),
      );
    },
  };
}

/** The item that a conditional write met. Rethrows any other error. */
function itemIn(error: unknown): IdempotencyItem {
  if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
  return plainItem(error.Item) as unknown as IdempotencyItem;
}

/** What an item means to the caller who came with the seed `owner`. */
function whatStands(item: IdempotencyItem, owner: string): BeginOutcome {
  if (item.answer !== undefined) return { kind: 'answered', answer: unpack(item.answer) };
  // The SDK sent this very write twice because the first answer was lost: the lease is the caller's.
  if (item.lease_owner === owner) return { kind: 'begun', seed: item.seed };
  return { kind: 'running', leaseEndsAtMs: item.lease_ends_at_ms };
}
