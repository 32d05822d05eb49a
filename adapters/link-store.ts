import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Link } from '../core/links/link.ts';
import type { CreateOutcome, LinkStore } from '../core/links/link-store.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainItem } from './attribute-value.ts';
import { auditItem } from './audit-items.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs, cancellationCodes, isPassingCancellation, itemInTheWay } from './dynamodb.ts';
import { fromLinkItem, toLinkItem, workspaceTarget } from './link-item.ts';
import { listLinks } from './link-list.ts';
import { linkBudgetKey, linkKey, linkOfPartitionKey, linkVersionKey, targetClaimKey } from './table.ts';

/** Links in DynamoDB, through the SDK. What is written down about their changes lies in the accounts table. */
export function linkStore(client: DocumentClient, table: string, accountsTable: string): LinkStore {
  const find = async (domain: string, code: string): Promise<Link | null> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: linkKey(domain, code), ConsistentRead: true }),
    );
    return Item === undefined ? null : fromLinkItem(Item);
  };
  return {
    find,
    create: (link, { claimTarget, outlivedClaim = null }) =>
      claimTarget ? createWithClaim(client, table, link, outlivedClaim) : createAlone(client, table, link),
    createTogether: (links) => createTogether(client, table, links),
    takeBack: (links) => takeBack(client, table, links),
    findByTarget: (workspaceId, targetUrl) => findByTarget(client, table, workspaceId, targetUrl, find),
    change: (former, changed, entry) =>
      change(client, table, former, changed, { TableName: accountsTable, Item: auditItem(entry) }),
    list: (...query) => listLinks(client, table, ...query),
    async findMany(domain, codes) {
      const keys = [...new Set(codes)].map((code) => linkKey(domain, code));
      return (await batchGet(client, table, keys, { consistent: true })).map(fromLinkItem);
    },
  };
}

/** One condition decides a code. Who loses is shown what stands there, and may find it is its own first attempt. */
const putNewLink = (table: string, link: Link) => ({
  TableName: table,
  Item: toLinkItem(link),
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

/** A repeat finds its own first attempt under the code, and that is what it made. */
async function createAlone(client: DocumentClient, table: string, link: Link): Promise<CreateOutcome> {
  try {
    await client.send(new PutCommand(putNewLink(table, link)));
    return { kind: 'created', link };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const found = fromLinkItem(plainItem(error.Item as Record<string, AttributeValue>));
    return found.creationId === link.creationId ? { kind: 'created', link: found } : { kind: 'code_taken' };
  }
}

/** How long a claim on a target decides; after that the index knows the link, so the claim may be taken over. */
const CLAIM_LIFETIME_MS = 10_000;

/** Two requests with `if_exists: return` at the same moment: the claim on the target lets only one of them create. */
async function createWithClaim(
  client: DocumentClient,
  table: string,
  link: Link,
  outlivedClaim: string | null,
): Promise<CreateOutcome> {
  const claim = {
    TableName: table,
    Item: {
      ...targetClaimKey(workspaceTarget(link.workspaceId, link.targetUrl)),
      claimed_code: link.code,
      claimed_at_ms: link.createdAtMs,
      creation_id: link.creationId,
    },
    ConditionExpression: `attribute_not_exists(pk) OR claimed_at_ms < :outdated OR claimed_code = :outlived`,
    ExpressionAttributeValues: {
      ':outdated': link.createdAtMs - CLAIM_LIFETIME_MS,
      ':outlived': outlivedClaim ?? '',
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.send(
        new TransactWriteCommand({ TransactItems: [{ Put: putNewLink(table, link) }, { Put: claim }] }),
      );
      return { kind: 'created', link };
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === null) throw error;
      const found = itemInTheWay(error, 0);
      if (found?.['creation_id'] === link.creationId) return { kind: 'created', link: fromLinkItem(found) };
      if (codes[0] === 'ConditionalCheckFailed') return { kind: 'code_taken' };
      if (codes[1] === 'ConditionalCheckFailed')
        return { kind: 'target_claimed', code: await claimedCode(client, table, link) };
      await sleepOrThrow(error, codes, attempt);
    }
  }
}

async function claimedCode(client: DocumentClient, table: string, link: Link): Promise<string> {
  const Key = targetClaimKey(workspaceTarget(link.workspaceId, link.targetUrl));
  const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  return String(Item?.['claimed_code']);
}

const MAX_TRANSACTION_ATTEMPTS = 6;

async function sleepOrThrow(error: unknown, codes: readonly string[], attempt: number): Promise<void> {
  if (!isPassingCancellation(codes) || attempt + 1 >= MAX_TRANSACTION_ATTEMPTS) throw error;
  await sleep(backoffMs(attempt));
}

async function createTogether(
  client: DocumentClient,
  table: string,
  links: readonly Link[],
): Promise<{ readonly taken: readonly string[] }> {
  let rest = links;
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    try {
      await client.send(
        new TransactWriteCommand({ TransactItems: rest.map((link) => ({ Put: putNewLink(table, link) })) }),
      );
      return { taken: [] };
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === null) throw error;
      const isOwn = (link: Link, index: number): boolean =>
        itemInTheWay(error, index)?.['creation_id'] === link.creationId;
      const taken = rest.filter((link, index) => codes[index] === 'ConditionalCheckFailed' && !isOwn(link, index));
      if (taken.length > 0) return { taken: taken.map(({ code }) => code) };
      const missing = rest.filter((link, index) => !isOwn(link, index));
      if (missing.length === rest.length) await sleepOrThrow(error, codes, attempt);
      rest = missing;
    }
  }
  return { taken: [] };
}

const TAKE_BACK_AT_ONCE = 16;

async function takeBack(client: DocumentClient, table: string, links: readonly Link[]): Promise<void> {
  for (let start = 0; start < links.length; start += TAKE_BACK_AT_ONCE) {
    await Promise.all(links.slice(start, start + TAKE_BACK_AT_ONCE).map((link) => takeBackOne(client, table, link)));
  }
}

async function takeBackOne(client: DocumentClient, table: string, link: Link): Promise<void> {
  const { domain, code, creationId } = link;
  if (link.status === 'deleted') return;
  // First what only leads on from it: cut off in between, whoever comes again still finds the link.
  const besides = Array.from({ length: link.version - 1 }, (_, index) => linkVersionKey(domain, code, index + 1));
  if (link.maxClicks !== null) besides.push(linkBudgetKey(domain, code));
  for (const Key of besides) await client.send(new DeleteCommand({ TableName: table, Key }));
  try {
    await client.send(
      new DeleteCommand({
        TableName: table,
        Key: linkKey(domain, code),
        ConditionExpression: 'creation_id = :creationId AND #status <> :deleted',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':creationId': creationId, ':deleted': 'deleted' },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** The index may lag or name a link that was changed since, so what it finds is read again. */
async function findByTarget(
  client: DocumentClient,
  table: string,
  workspaceId: string,
  targetUrl: string,
  find: (domain: string, code: string) => Promise<Link | null>,
): Promise<Link | null> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'byTarget',
      KeyConditionExpression: 'workspace_target = :target',
      ExpressionAttributeValues: { ':target': workspaceTarget(workspaceId, targetUrl) },
      Limit: 10,
    }),
  );
  for (const item of Items) {
    const { domain, code } = linkOfPartitionKey(String(item['pk']));
    const link = await find(domain, code);
    if (link !== null && link.status === 'active' && link.targetUrl === targetUrl) return link;
  }
  return null;
}

async function change(
  client: DocumentClient,
  table: string,
  former: Link,
  changed: Link,
  entry: { readonly TableName: string; readonly Item: Record<string, unknown> },
): Promise<'changed' | 'conflict'> {
  const {
    workspace_target: _target,
    workspace_external_id: _externalId,
    workspace_id,
    ...history
  } = toLinkItem(former);
  const put = {
    TableName: table,
    Item: toLinkItem(changed),
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': former.version },
  };
  // History carries its owner under another name: under `workspace_id` it would be listed among the links.
  const keep = {
    TableName: table,
    Item: {
      ...history,
      owner_workspace_id: workspace_id,
      ...linkVersionKey(former.domain, former.code, former.version),
    },
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, { Put: keep }, { Put: entry }] }));
      return 'changed';
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === null) throw error;
      if (codes[0] === 'ConditionalCheckFailed') return 'conflict';
      await sleepOrThrow(error, codes, attempt);
    }
  }
}
