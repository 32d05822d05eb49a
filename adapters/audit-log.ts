import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../core/accounts/audit.ts';
import type { AuditFilter, AuditLog } from '../core/accounts/audit-log.ts';
import type { Page } from '../core/links/link-store.ts';
import { fromAuditItem } from './audit-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { auditKey } from './table.ts';

/** A filter may leave little of what is read; after this many reads the page is handed out short, with its cursor. */
const MAX_READS_PER_PAGE = 10;
const ENTRIES_PER_READ = 200;

/** Audit entries in DynamoDB, a partition for each workspace, in the order of their ids. */
export const auditLog = (client: DocumentClient, table: string): AuditLog => ({
  async list(workspaceId, filter, limit, beforeId) {
    const entries: AuditEntry[] = [];
    let lastId = beforeId;
    for (let reads = 0; reads < MAX_READS_PER_PAGE; reads += 1) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ...conditions(workspaceId, filter),
          ScanIndexForward: false,
          Limit: ENTRIES_PER_READ,
          ExclusiveStartKey: lastId === null ? undefined : auditKey(workspaceId, lastId),
        }),
      );
      const room = limit - entries.length;
      entries.push(...Items.slice(0, room).map(fromAuditItem));
      if (Items.length > room) return page(entries, entries.at(-1)?.id);
      if (LastEvaluatedKey === undefined) return page(entries, undefined);
      lastId = String(LastEvaluatedKey['sk']);
      if (entries.length === limit) break;
    }
    return page(entries, lastId ?? undefined);
  },
});

const page = (items: readonly AuditEntry[], cursor: string | undefined): Page<AuditEntry> => ({
  items,
  cursor: cursor ?? null,
});

function conditions(workspaceId: string, { action, actorId }: AuditFilter) {
  const values: Record<string, string> = { ':partition': auditKey(workspaceId, '').pk };
  const names: Record<string, string> = {};
  const filters: string[] = [];
  if (action !== null) {
    filters.push('#action = :action');
    names['#action'] = 'action';
    values[':action'] = action;
  }
  if (actorId !== null) {
    filters.push('actor.#id = :actor');
    names['#id'] = 'id';
    values[':actor'] = actorId;
  }
  return {
    KeyConditionExpression: 'pk = :partition',
    ExpressionAttributeValues: values,
    ...(filters.length === 0 ? {} : { FilterExpression: filters.join(' AND '), ExpressionAttributeNames: names }),
  };
}
