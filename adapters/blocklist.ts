import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Blocklist } from '../core/links/link-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { blocklistKey } from './table.ts';

/** A host that is blocked now is refused everywhere within this time (bar: 60 s). */
const BLOCKLIST_MEMORY_MS = 30_000;

/** The blocklist is one partition of the links table, a host per sort key; it is read whole and remembered. */
export function blocklist(client: DocumentClient, table: string, nowMs: () => number): Blocklist {
  let known: { readonly hosts: ReadonlySet<string>; readonly untilMs: number } | null = null;
  return {
    async hosts() {
      if (known === null || known.untilMs <= nowMs()) {
        known = { hosts: await readHosts(client, table), untilMs: nowMs() + BLOCKLIST_MEMORY_MS };
      }
      return known.hosts;
    },
  };
}

async function readHosts(client: DocumentClient, table: string): Promise<ReadonlySet<string>> {
  const hosts = new Set<string>();
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': blocklistKey().pk },
        ExclusiveStartKey: start,
      }),
    );
    for (const item of answer.Items ?? []) hosts.add(String(item['sk']).toLowerCase());
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return hosts;
}
