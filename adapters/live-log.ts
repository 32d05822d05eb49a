import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { LiveClick } from '../core/clicks/live-click.ts';
import type { LiveEntry, LiveLog } from '../core/clicks/live-log.ts';
import { ENTRY_LIFETIME_MS } from '../core/clicks/live-log.ts';
import type { DocumentClient } from './dynamodb.ts';
import { liveEntryKey, liveHeadKey } from './table.ts';
import { transact } from './transaction.ts';

/** The last number outlives the entries by far, so that logs begin anew only where nothing was clicked for a day. */
const HEAD_LIFETIME_MS = 86_400_000;
/** Entries of one read: at most 1 MB comes back anyway. */
const PAGE = 50;

/** A workspace's log: one item per entry, sorted by number, and one with the last number, which decides who is next. */
export function liveLog(client: DocumentClient, table: string, nowMs: () => number): LiveLog {
  async function lastNumber(workspaceId: string): Promise<number> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: liveHeadKey(workspaceId), ConsistentRead: true }),
    );
    return Item === undefined || isOver(Item, nowMs()) ? 0 : Number(Item['number']);
  }

  async function entries(workspaceId: string, behind: number, page: { newestFirst: boolean; upTo: number }) {
    const { pk, sk } = liveEntryKey(workspaceId, behind + 1);
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': sk, ':to': liveEntryKey(workspaceId, page.upTo).sk },
        ScanIndexForward: !page.newestFirst,
        Limit: PAGE,
        ConsistentRead: true,
      }),
    );
    return (answer.Items ?? []).filter((item) => !isOver(item, nowMs())).map(entryOf);
  }

  return {
    readAfter: (workspaceId, number) =>
      entries(workspaceId, number, { newestFirst: false, upTo: Number.MAX_SAFE_INTEGER }),
    async readTail(workspaceId, filedSinceMs) {
      const number = await lastNumber(workspaceId);
      const tail: LiveEntry[] = [];
      for (let upTo = number; upTo > 0 && filedSinceMs < nowMs(); ) {
        const page = await entries(workspaceId, 0, { newestFirst: true, upTo });
        tail.push(...page);
        const oldest = page.at(-1);
        if (oldest === undefined || oldest.filedAtMs < filedSinceMs) break;
        upTo = oldest.previous;
      }
      return { number, entries: tail };
    },
    async append(workspaceId, { number, previous, filedAtMs, clicks }) {
      const head = {
        TableName: table,
        Item: { ...liveHeadKey(workspaceId), number, ttl_s: secondsAfter(filedAtMs, HEAD_LIFETIME_MS) },
        ...(previous === 0 ? isForgotten(nowMs()) : isStill(previous)),
      };
      const entry = {
        ...liveEntryKey(workspaceId, number),
        previous,
        filed_at_ms: filedAtMs,
        clicks: JSON.stringify(clicks),
        ttl_s: secondsAfter(filedAtMs, ENTRY_LIFETIME_MS),
      };
      return (
        (await transact(client, { head: { Put: head }, entry: { Put: { TableName: table, Item: entry } } })) === null
      );
    },
  };
}

const isForgotten = (nowMs: number) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR ttl_s <= :now',
  ExpressionAttributeValues: { ':now': Math.floor(nowMs / 1_000) },
});

const isStill = (number: number) => ({
  ConditionExpression: '#number = :number',
  ExpressionAttributeNames: { '#number': 'number' },
  ExpressionAttributeValues: { ':number': number },
});

const secondsAfter = (ms: number, lifetimeMs: number): number => Math.ceil((ms + lifetimeMs) / 1_000);

const isOver = (item: Readonly<Record<string, unknown>>, nowMs: number): boolean =>
  Number(item['ttl_s']) <= nowMs / 1_000;

const entryOf = (item: Readonly<Record<string, unknown>>): LiveEntry => ({
  number: Number(String(item['sk']).split('#').at(-1)),
  previous: Number(item['previous']),
  filedAtMs: Number(item['filed_at_ms']),
  clicks: JSON.parse(String(item['clicks'])) as readonly LiveClick[],
});
