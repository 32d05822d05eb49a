import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ClickTotals } from '../core/links/link-store.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { readFrom } from './start-key.ts';
import { LINK_TOTAL_SORT_KEY, linkCountsKey } from './table.ts';

/** All-time totals, for links shown one by one or in lists. */
export function clickTotals(client: DocumentClient, table: string): ClickTotals {
  return {
    async totalsOf(domain, codes) {
      const totals = new Map<string, number>(codes.map((code) => [code, 0]));
      const keys = [...totals.keys()].map((code) => ({ pk: linkCountsKey(domain, code), sk: LINK_TOTAL_SORT_KEY }));
      for (const item of await batchGet(client, table, keys, { consistent: false })) {
        totals.set(String(item['code']), Number(item['total']));
      }
      return totals;
    },
    async mostClicked(workspaceId, limit, cursor) {
      const answer = await readFrom(cursor, (start) =>
        client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'byWorkspaceClicks',
            KeyConditionExpression: 'workspace_id = :workspace',
            ExpressionAttributeValues: { ':workspace': workspaceId },
            ScanIndexForward: false,
            Limit: limit,
            ExclusiveStartKey: start,
          }),
        ),
      );
      return {
        items: (answer.Items ?? []).map((item) => ({ code: String(item['code']), total: Number(item['total']) })),
        cursor: answer.LastEvaluatedKey === undefined ? null : JSON.stringify(answer.LastEvaluatedKey),
      };
    },
  };
}
