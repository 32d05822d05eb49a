import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { backoffMs } from './dynamodb.ts';

/** A value of an item with nothing but texts, numbers, flags and bytes (base64). */
type FlatValue = { readonly S?: string; readonly N?: string; readonly BOOL?: boolean; readonly B?: string };
/** As DynamoDB sends it. */
export type WireItem = Readonly<Record<string, FlatValue>>;

const ATTEMPTS = 5;
const ATTEMPT_TIMEOUT_MS = 3_000;

/**
 * All items of a partition from one sort key to another, both included. The SDK takes 6 µs for each attribute it
 * reads, and a month of a busy link has tens of thousands: this is `JSON.parse` and nothing else.
 */
export async function leanQuery(
  dynamodb: AwsJsonClient,
  table: string,
  { pk, first, last }: { readonly pk: string; readonly first: string; readonly last: string },
): Promise<readonly WireItem[]> {
  const items: WireItem[] = [];
  let start: unknown;
  do {
    const answer = await withRetry(() =>
      dynamodb(
        'Query',
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': { S: pk }, ':first': { S: first }, ':last': { S: last } },
          ExclusiveStartKey: start,
        },
        ATTEMPT_TIMEOUT_MS,
      ),
    );
    items.push(...((answer['Items'] ?? []) as readonly WireItem[]));
    start = answer['LastEvaluatedKey'];
  } while (start !== undefined);
  return items;
}

/** Again after a throttle, a 5xx, a lost connection or a timeout; a refusal is final. Throws the last error. */
async function withRetry<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const isFinal = error instanceof AwsError && error.status < 500 && !error.isThrottle;
      if (isFinal || attempt === ATTEMPTS) throw error;
      await sleep(backoffMs(attempt));
    }
  }
}
