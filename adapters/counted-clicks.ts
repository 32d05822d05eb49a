import { GetCommand, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import { BUCKETS } from '../core/clicks/count-window.ts';
import { hourOf } from '../core/clicks/counters.ts';
import type { CountedClicks } from '../core/lake/reconcile.ts';
import { countItemKey } from './count-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { countedClicksKey } from './table.ts';

/** What the Counts table knows beside counters: the windows of counted ids, the totals of links, the marks of the erased. */
export function countedClicks(client: DocumentClient, table: string): CountedClicks {
  /** Adds the clicks of one bucket's windows to the hours. */
  async function addBucket(hours: Map<string, number>, bucket: number, firstS: number, lastS: number): Promise<void> {
    const key = (startS: number) => countedClicksKey({ ledger: 'workspaces', bucket, startS }, 0);
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': key(firstS).pk, ':first': key(firstS).sk, ':last': key(lastS).sk },
        // The ids that a window was found by are not needed, and only its head has a count.
        ProjectionExpression: 'sk, #count',
        ExpressionAttributeNames: { '#count': 'count' },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const { sk, count = 0 } of Items) {
        const hour = hourOf(Number(String(sk).split('#')[0]) * 1_000);
        hours.set(hour, (hours.get(hour) ?? 0) + Number(count));
      }
    }
  }

  return {
    async byHour({ startMs, endMs }) {
      const hours = new Map<string, number>();
      const buckets = Array.from({ length: BUCKETS }, (_, bucket) =>
        addBucket(hours, bucket, startMs / 1_000, endMs / 1_000 - 1),
      );
      await Promise.all(buckets);
      return hours;
    },

    async workspaces() {
      const found = new Set<string>();
      const pages = paginateScan(
        { client },
        { TableName: table, IndexName: 'byWorkspaceClicks', ProjectionExpression: 'workspace_id' },
      );
      for await (const { Items = [] } of pages) for (const item of Items) found.add(String(item['workspace_id']));
      return found;
    },

    async isErased(workspaceId) {
      const Key = countItemKey({ subject: { kind: 'workspace', id: workspaceId }, period: 'total', start: '' });
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ProjectionExpression: 'erased' }));
      return Item?.['erased'] === true;
    },
  };
}
