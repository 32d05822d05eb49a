import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';

export type WindowKey = { readonly pk: string; readonly sk: string };
export type WindowState = { readonly used: number; readonly resetAtMs: number };

/**
 * Counts uses in a window that opens with the first one. Room is decided by one conditional update, so exactly `max`
 * of any number of parallel uses get through. Also the memory of rate limits and password attempts.
 */
export type WindowCounter = {
  take(
    key: WindowKey,
    amount: number,
    max: number,
    windowS: number,
    nowMs: number,
  ): Promise<WindowState & { readonly allowed: boolean }>;
  peek(key: WindowKey, nowMs: number): Promise<WindowState | null>;
  giveBack(key: WindowKey): Promise<void>;
};

const MAX_RACES = 10;

export function windowCounter(client: DocumentClient, table: string): WindowCounter {
  /** Null where no window is open or it has no room; `found` tells which. */
  const join = async (key: WindowKey, amount: number, max: number, nowMs: number) => {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: 'ADD used :amount',
          ConditionExpression: 'reset_at_ms > :now AND used <= :room',
          ExpressionAttributeValues: { ':amount': amount, ':now': nowMs, ':room': max - amount },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { joined: stateOf(Attributes), found: null };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const item = error.Item;
      if (item === undefined) return { joined: null, found: null };
      return { joined: null, found: { used: Number(item['used']?.N), resetAtMs: Number(item['reset_at_ms']?.N) } };
    }
  };

  /** Opens a window unless another caller was faster. */
  const open = async (key: WindowKey, amount: number, windowS: number, nowMs: number): Promise<WindowState | null> => {
    const opened = { used: amount, resetAtMs: nowMs + windowS * 1_000 };
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: 'SET used = :amount, reset_at_ms = :reset, ttl_s = :ttl',
          ConditionExpression: 'attribute_not_exists(pk) OR reset_at_ms <= :now',
          ExpressionAttributeValues: {
            ':amount': amount,
            ':reset': opened.resetAtMs,
            ':now': nowMs,
            ':ttl': Math.ceil(opened.resetAtMs / 1_000) + 3_600,
          },
        }),
      );
      return opened;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  };

  const peek = async (key: WindowKey, nowMs: number): Promise<WindowState | null> => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    const state = Item === undefined ? null : stateOf(Item);
    return state !== null && state.resetAtMs > nowMs ? state : null;
  };

  return {
    peek,
    async take(key, amount, max, windowS, nowMs) {
      for (let race = 0; race < MAX_RACES; race += 1) {
        const { joined, found } = await join(key, amount, max, nowMs);
        if (joined !== null) return { ...joined, allowed: true };
        if (found !== null && found.resetAtMs > nowMs) return { ...found, allowed: false };
        if (amount > max) return { used: 0, resetAtMs: nowMs + windowS * 1_000, allowed: false };
        const opened = await open(key, amount, windowS, nowMs);
        if (opened !== null) return { ...opened, allowed: true };
      }
      throw new Error(`The window of ${key.pk} ${key.sk} stayed contended`);
    },
    async giveBack(key) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: table,
            Key: key,
            UpdateExpression: 'ADD used :minusOne',
            ConditionExpression: 'used > :zero',
            ExpressionAttributeValues: { ':minusOne': -1, ':zero': 0 },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

const stateOf = (item: Readonly<Record<string, unknown>> | undefined): WindowState => ({
  used: Number(item?.['used']),
  resetAtMs: Number(item?.['reset_at_ms']),
});
