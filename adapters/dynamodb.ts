import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { plainItem } from './attribute-value.ts';

export type DocumentClient = DynamoDBDocumentClient;

/** The slowest answer worth waiting for; without a limit the SDK waits until the function runs out of time. */
const REQUEST_TIMEOUT_MS = 3_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * The SDK's document client. Retries (four, jittered) cover throttles, 5xx, lost connections and calls that hang; every
 * write behind it is conditional or carries a token, so a retry of a write that did happen changes nothing.
 */
export const documentClient = (): DocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 5,
      requestHandler: {
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        connectionTimeout: CONNECTION_TIMEOUT_MS,
      },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

/** Why each item of a cancelled transaction failed (`None` for the others), or null for another error. */
export function cancellationCodes(error: unknown): readonly string[] | null {
  if (!(error instanceof TransactionCanceledException)) return null;
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

/** What stands in the way of the item at `index`, where the transaction asked for it (`ALL_OLD`). */
export function itemInTheWay(error: unknown, index: number): Readonly<Record<string, unknown>> | null {
  const item = error instanceof TransactionCanceledException ? error.CancellationReasons?.[index]?.Item : undefined;
  return item === undefined ? null : plainItem(item);
}

const PASSING = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** The SDK does not retry a cancelled transaction; one that met another transaction or a throttle deserves it. */
export const isPassingCancellation = (codes: readonly string[]): boolean =>
  codes.length > 0 && codes.every((code) => PASSING.has(code));

/** 5–15 ms, doubling: spreads the writers that met. */
export const backoffMs = (attempt: number, random: () => number = Math.random): number =>
  5 * 2 ** attempt * (1 + 2 * random());
