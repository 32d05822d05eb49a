import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Blocklist } from '../core/links/link-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { blocklistKey } from './table.ts';

/** A host that is blocked now is refused everywhere within this time (bar: 60 s). */
const BLOCKLIST_MEMORY_MS = 30_000;

/** The blocklist is one partition of the links table, a host per sort key; it is read whole and remembered. */
export function blocklist(client: DocumentClient, table: string, nowMs: () => number): Blocklist {
  let known: { readonly hosts: Promise<ReadonlySet<string>>; readonly untilMs: number } | null = null;
  return {
    // The promise is what is remembered, so a thousand checks at once read once; a failed read is not remembered.
    hosts() {
      if (known === null || known.untilMs <= nowMs()) {
        const hosts = readHosts(client, table).catch((error: unknown) => {
          known = null;
          throw error;
        });
        known = { hosts, untilMs: nowMs() + BLOCKLIST_MEMORY_MS };
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
