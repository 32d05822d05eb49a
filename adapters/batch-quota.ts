import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { PlanName } from '../core/accounts/plan.ts';
import { createLimits, LINKS_LIMIT } from '../core/accounts/plan.ts';
import type { BatchQuota } from '../core/batches/batch.ts';
import type { DocumentClient } from './dynamodb.ts';
import { createsKey } from './limits.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { attributesOf, openState, windowChange } from './window-counter.ts';

const MAX_RACES = 10;

type Outcome = 'taken' | 'full' | 'refused';

/**
 * Takes quota for so many links, in one transaction with what `write` makes of it: both or none, so it is taken once however often it is tried.
 * `write` gets null where the plan has no such limit, or nothing is taken; `refused` is its own condition.
 */
export async function takeLinks(
  client: DocumentClient,
  table: string,
  { workspaceId, plan, links }: { readonly workspaceId: string; readonly plan: PlanName; readonly links: number },
  nowMs: number,
  write: (quota: BatchQuota | null) => TransactionWrite,
): Promise<Outcome> {
  const limit = createLimits(plan).find(({ name }) => name === LINKS_LIMIT);
  if (limit === undefined || links === 0) {
    return (await transact(client, { batch: write(null) })) === null ? 'taken' : 'refused';
  }
  const window = { name: limit.name, max: limit.limit, windowS: limit.windowS };
  const Key = createsKey(workspaceId);
  for (let race = 0; race < MAX_RACES; race += 1) {
    const { Item = {} } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    const found = openState(Item, window.name, nowMs);
    if ((found?.used ?? 0) + links > window.max) return 'full';
    const resetAtMs = found?.resetAtMs ?? nowMs + window.windowS * 1_000;
    const change = windowChange(links, [window], found === null ? [window] : [], nowMs);
    const refusals = await transact(client, {
      batch: write({ taken: links, resetAtMs }),
      window: { Update: { TableName: table, Key, ...change } },
    });
    if (refusals === null) return 'taken';
    if (refusals.has('batch')) return 'refused';
  }
  throw new Error('The limit of links stayed contended');
}

/** Gives back so many of the links that were taken, in one transaction with these writes; false where one of them is refused. */
export async function giveBackLinks(
  client: DocumentClient,
  table: string,
  {
    workspaceId,
    quota,
    links,
  }: { readonly workspaceId: string; readonly quota: BatchQuota | null; readonly links: number },
  writes: Readonly<Record<'batch' | 'open', TransactionWrite | null>>,
): Promise<boolean> {
  const { used, resetAtMs } = attributesOf(LINKS_LIMIT);
  const window: TransactionWrite | null =
    quota === null || links <= 0
      ? null
      : {
          Update: {
            TableName: table,
            Key: createsKey(workspaceId),
            UpdateExpression: `ADD ${used} :less`,
            ConditionExpression: `${resetAtMs} = :reset AND ${used} >= :amount`,
            ExpressionAttributeValues: { ':less': -links, ':amount': links, ':reset': quota.resetAtMs },
          },
        };
  const refusals = await transact(client, { ...writes, window });
  if (refusals === null) return true;
  if (refusals.has('batch')) return false;
  // That window is over: nothing of it counts any more.
  return (await transact(client, writes)) === null;
}
