import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Link } from '../core/links/link.ts';
import type { ListFilter, Page } from '../core/links/link-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromLinkItem, workspaceExternalId } from './link-item.ts';
import type { StartKey } from './start-key.ts';
import { readFrom } from './start-key.ts';

/** A filter may leave little of what is read; after this many reads the page is handed out short, with its cursor. */
const MAX_READS_PER_PAGE = 10;
const ITEMS_PER_READ = 200;

/** One page of a workspace's links, newest first. The cursor is the key of the last link that was looked at. */
export async function listLinks(
  client: DocumentClient,
  table: string,
  workspaceId: string,
  filter: ListFilter,
  limit: number,
  cursor: string | null,
  nowMs: number,
): Promise<Page<Link>> {
  const created = createdRange(filter);
  if (created === null) return page([], null);
  const query = listQuery(workspaceId, filter, created, nowMs);
  return readFrom(cursor, (start) => readPage(client, { TableName: table, ...query }, limit, start));
}

type ListQuery = ReturnType<typeof listQuery> & { readonly TableName: string };

async function readPage(
  client: DocumentClient,
  query: ListQuery,
  limit: number,
  from: StartKey | undefined,
): Promise<Page<Link>> {
  const items: StartKey[] = [];
  let start = from;
  for (let reads = 0; reads < MAX_READS_PER_PAGE; reads += 1) {
    const answer = await client.send(
      new QueryCommand({
        ...query,
        ScanIndexForward: false,
        Limit: ITEMS_PER_READ,
        ExclusiveStartKey: start,
      }),
    );
    const found = answer.Items ?? [];
    const room = limit - items.length;
    items.push(...found.slice(0, room));
    if (found.length > room) return page(items, keyOf(items.at(-1), query.IndexName));
    start = answer.LastEvaluatedKey;
    if (start === undefined) return page(items, null);
    if (items.length === limit) return page(items, start);
  }
  return page(items, start ?? null);
}

const page = (items: readonly StartKey[], next: StartKey | null): Page<Link> => ({
  items: items.map(fromLinkItem),
  cursor: next === null ? null : JSON.stringify(next),
});

/** The start key DynamoDB would have given, had it stopped at this item. */
function keyOf(item: StartKey | undefined, index: 'byWorkspace' | 'byExternalId'): StartKey | null {
  if (item === undefined) return null;
  const partition = index === 'byWorkspace' ? 'workspace_id' : 'workspace_external_id';
  return Object.fromEntries(['pk', 'sk', partition, 'created_at'].map((name) => [name, item[name]]));
}

function listQuery(workspaceId: string, filter: ListFilter, created: CreatedRange, nowMs: number) {
  const values: Record<string, unknown> = { ':deleted': 'deleted' };
  const conditions = ['#status <> :deleted'];
  const where = (condition: string, name: string, value: unknown): void => {
    conditions.push(condition);
    values[name] = value;
  };
  if (filter.tag !== null) where('contains(tags, :tag)', ':tag', filter.tag);
  if (filter.search !== null) where('contains(search_text, :search)', ':search', filter.search.toLowerCase());
  if (filter.status === 'active' || filter.status === 'disabled') where('#status = :status', ':status', filter.status);
  if (filter.status === 'expired') where('expires_at_ms BETWEEN :zero AND :now', ':now', nowMs);
  if (filter.status === 'expired') values[':zero'] = 0;
  if (filter.status === 'active')
    where('(attribute_type(expires_at_ms, :null) OR expires_at_ms > :now)', ':now', nowMs);
  if (filter.status === 'active') values[':null'] = 'NULL';

  const byExternalId = filter.externalId !== null;
  const partition = byExternalId ? 'workspace_external_id' : 'workspace_id';
  values[':partition'] = filter.externalId === null ? workspaceId : workspaceExternalId(workspaceId, filter.externalId);
  values[':first'] = new Date(created.firstMs).toISOString();
  values[':last'] = new Date(created.lastMs).toISOString();
  return {
    IndexName: byExternalId ? ('byExternalId' as const) : ('byWorkspace' as const),
    KeyConditionExpression: `${partition} = :partition AND created_at BETWEEN :first AND :last`,
    FilterExpression: conditions.join(' AND '),
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: values,
  };
}

type CreatedRange = { readonly firstMs: number; readonly lastMs: number };
/** The times whose text sorts as they do: years of four digits, and no link is older than 1970. */
const ALL_TIME: CreatedRange = { firstMs: 0, lastMs: Date.UTC(10_000, 0, 1) - 1 };

/**
 * A sort key takes one condition, so two bounds become one BETWEEN; both exclude the millisecond they name. Null where
 * nothing can lie between them, which DynamoDB would refuse to look for.
 */
function createdRange({ createdAfter, createdBefore }: ListFilter): CreatedRange | null {
  const firstMs = createdAfter === null ? ALL_TIME.firstMs : Math.max(Date.parse(createdAfter) + 1, ALL_TIME.firstMs);
  const lastMs = createdBefore === null ? ALL_TIME.lastMs : Math.min(Date.parse(createdBefore) - 1, ALL_TIME.lastMs);
  return firstMs > lastMs ? null : { firstMs, lastMs };
}
