import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { plainItem } from './attribute-value.ts';
import type { DocumentClient } from './dynamodb.ts';
import { transact } from './transaction.ts';

export type WindowKey = { readonly pk: string; readonly sk: string };
export type WindowState = { readonly used: number; readonly resetAtMs: number };
/** One of the windows that an item keeps side by side; `ONLY_WINDOW` is the name where it keeps one. */
export type Window = { readonly name: string; readonly max: number; readonly windowS: number };
export const ONLY_WINDOW = '';

/**
 * Counts uses in windows that open with their first one. Room is decided by one conditional update, so exactly `max` of
 * any number of parallel uses get through. Also the memory of rate limits and password attempts.
 */
export type WindowCounter = {
  take(
    key: WindowKey,
    amount: number,
    max: number,
    windowS: number,
    nowMs: number,
  ): Promise<WindowState & { readonly allowed: boolean }>;
  /** Takes the amount from every window of the item, or from none; `states` are in the order of `windows`. */
  takeFromAll(
    key: WindowKey,
    amount: number,
    windows: readonly Window[],
    nowMs: number,
  ): Promise<{ readonly states: readonly WindowState[]; readonly allowed: boolean }>;
  /** Null where no window is open. */
  peek(key: WindowKey, nowMs: number): Promise<WindowState | null>;
  peekAtAll(key: WindowKey, names: readonly string[], nowMs: number): Promise<readonly (WindowState | null)[]>;
  giveBack(key: WindowKey): Promise<void>;
  /** Gives back to one window of several what was taken from it, unless that window is over. */
  giveBackTo(key: WindowKey, name: string, amount: number, resetAtMs: number): Promise<void>;
  /** Takes back a use of the item's first window and closes the named others; an item left without a use is gone. */
  settle(key: WindowKey, others: readonly string[]): Promise<void>;
  /** Closes all windows of the item. */
  forget(key: WindowKey): Promise<void>;
};

const MAX_RACES = 10;

export function windowCounter(client: DocumentClient, table: string): WindowCounter {
  /** Joins the windows that are open and opens the others; `met` is the item that refused. */
  const update = async (Key: WindowKey, change: WindowChange) => {
    try {
      const { Attributes = {} } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key,
          ...change,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { written: Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { met: error.Item === undefined ? {} : plainItem(error.Item) };
    }
  };

  const takeFromAll: WindowCounter['takeFromAll'] = async (key, amount, windows, nowMs) => {
    // Nearly always all of them are open; an item that tells otherwise is met with what it told.
    let closed: readonly Window[] = [];
    for (let race = 0; race < MAX_RACES; race += 1) {
      const { written, met } = await update(key, windowChange(amount, windows, closed, nowMs));
      if (written !== undefined) return { states: windows.map(({ name }) => stateOf(written, name)), allowed: true };
      const found = windows.map((window) => openState(met, window.name, nowMs));
      if (windows.some(({ max }, index) => (found[index]?.used ?? 0) + amount > max)) {
        const states = windows.map(({ windowS }, index) => found[index] ?? unopened(windowS, nowMs));
        return { states, allowed: false };
      }
      closed = windows.filter((_, index) => found[index] === null);
    }
    throw new Error(`The windows of ${key.pk} ${key.sk} stayed contended`);
  };

  const peekAtAll: WindowCounter['peekAtAll'] = async (key, names, nowMs) => {
    const { Item = {} } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return names.map((name) => openState(Item, name, nowMs));
  };

  const takeBack = async (key: WindowKey, closed: readonly string[]): Promise<void> => {
    const attributes = closed.map(attributesOf).flatMap(({ used, resetAtMs }) => [used, resetAtMs]);
    const removal = attributes.length === 0 ? '' : ` REMOVE ${attributes.join(', ')}`;
    await conditionHeld(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: `ADD used :minusOne${removal}`,
          ConditionExpression: 'used > :zero',
          ExpressionAttributeValues: { ':minusOne': -1, ':zero': 0 },
        }),
      ),
    );
  };

  return {
    takeFromAll,
    peekAtAll,
    async take(key, amount, max, windowS, nowMs) {
      const { states, allowed } = await takeFromAll(key, amount, [{ name: ONLY_WINDOW, max, windowS }], nowMs);
      return { ...(states[0] ?? unopened(windowS, nowMs)), allowed };
    },
    async peek(key, nowMs) {
      return (await peekAtAll(key, [ONLY_WINDOW], nowMs))[0] ?? null;
    },
    giveBack: (key) => takeBack(key, []),
    async giveBackTo(key, name, amount, resetAtMs) {
      const attributes = attributesOf(name);
      // DynamoDB knows a transaction that is sent again: given back twice, it would let more through than the limit.
      await transact(client, {
        window: {
          Update: {
            TableName: table,
            Key: key,
            UpdateExpression: `ADD ${attributes.used} :less`,
            ConditionExpression: `${attributes.resetAtMs} = :reset AND ${attributes.used} >= :amount`,
            ExpressionAttributeValues: { ':less': -amount, ':amount': amount, ':reset': resetAtMs },
          },
        },
      });
    },
    async settle(key, others) {
      const isGone = await conditionHeld(
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: key,
            ConditionExpression: 'attribute_not_exists(pk) OR used <= :one',
            ExpressionAttributeValues: { ':one': 1 },
          }),
        ),
      );
      if (!isGone) await takeBack(key, others);
    },
    async forget(key) {
      await client.send(new DeleteCommand({ TableName: table, Key: key }));
    },
  };
}

/** Whether the condition of a write held. */
async function conditionHeld(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

type Item = Readonly<Record<string, unknown>>;
type WindowChange = ReturnType<typeof windowChange>;

/** The attributes of one of an item's windows. */
export const attributesOf = (name: string) =>
  name === ONLY_WINDOW
    ? { used: 'used', resetAtMs: 'reset_at_ms' }
    : { used: `${name}_used`, resetAtMs: `${name}_reset_at_ms` };

/** How long an item outlives its last window, so that DynamoDB's tidying never meets one that counts. */
const TIDY_AFTER_S = 3_600;

/** Takes the amount from the windows, of which those of `closed` are opened; its condition is that this is how they stand. */
export function windowChange(amount: number, windows: readonly Window[], closed: readonly Window[], nowMs: number) {
  const values: Record<string, number> = { ':amount': amount, ':now': nowMs };
  const sets: string[] = [];
  const adds: string[] = [];
  const conditions: string[] = [];
  for (const [index, window] of windows.entries()) {
    const { used, resetAtMs } = attributesOf(window.name);
    if (closed.includes(window)) {
      sets.push(`${used} = :amount, ${resetAtMs} = :reset${index}`);
      conditions.push(`(attribute_not_exists(${resetAtMs}) OR ${resetAtMs} <= :now)`);
      values[`:reset${index}`] = nowMs + window.windowS * 1_000;
    } else {
      adds.push(`${used} :amount`);
      conditions.push(`${resetAtMs} > :now AND ${used} <= :room${index}`);
      values[`:room${index}`] = window.max - amount;
    }
  }
  if (sets.length > 0) {
    sets.push('ttl_s = :ttl');
    values[':ttl'] = Math.ceil(nowMs / 1_000) + Math.max(...windows.map(({ windowS }) => windowS)) + TIDY_AFTER_S;
  }
  return {
    UpdateExpression: [
      ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
      ...(adds.length === 0 ? [] : [`ADD ${adds.join(', ')}`]),
    ].join(' '),
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeValues: values,
  };
}

function stateOf(item: Item, name: string): WindowState {
  const { used, resetAtMs } = attributesOf(name);
  return { used: Number(item[used]), resetAtMs: Number(item[resetAtMs]) };
}

/** Null where that window of the item is not open. */
export function openState(item: Item, name: string, nowMs: number): WindowState | null {
  const state = stateOf(item, name);
  return state.resetAtMs > nowMs ? state : null;
}

const unopened = (windowS: number, nowMs: number): WindowState => ({ used: 0, resetAtMs: nowMs + windowS * 1_000 });
