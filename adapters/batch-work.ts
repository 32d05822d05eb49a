import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Batch, BatchRun } from '../core/batches/batch.ts';
import { expiresAtMs, isRolledBack } from '../core/batches/batch.ts';
import type { BatchChunk, BatchWork } from '../core/batches/batch-store.ts';
import { giveBackLinks, takeLinks } from './batch-quota.ts';
import { closedWrite, stateWrite } from './batch-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { itemsOf } from './items-of.ts';
import { batchChunkKey, batchChunksPrefix, batchJobKey, jobsPartition } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';

export type BatchTables = { readonly jobs: string; readonly accounts: string };

/** What a run took, until it is settled. */
const QUOTA = ['quota_taken', 'quota_reset_at_ms'] as const;
const NAMES = { '#status': 'status', '#run': 'run' } as const;
/** A batch in this run, in this phase of running. */
const IN_PHASE = '#status = :running AND phase = :phase AND #run = :run';
const inPhase = (run: number, phase: string) => ({ ':running': 'running', ':phase': phase, ':run': run });

/** How batches come forward, in DynamoDB: what is counted is counted in one transaction with the mark that it is. */
export function batchWork(client: DocumentClient, { jobs, accounts }: BatchTables): BatchWork {
  const chunkKey = ({ workspaceId, id, run }: BatchRun, chunk: number) => batchChunkKey(workspaceId, id, run, chunk);

  const read = async ({ workspaceId, id }: BatchRun): Promise<Item | null> => {
    const Key = batchJobKey(workspaceId, id);
    return (await client.send(new GetCommand({ TableName: jobs, Key, ConsistentRead: true }))).Item ?? null;
  };

  const isMaking = async (batch: BatchRun): Promise<boolean> => {
    const { status, phase, run } = (await read(batch)) ?? {};
    return status === 'running' && phase === 'making' && run === batch.run;
  };

  const forget = async (batch: BatchRun, chunk: number): Promise<void> => {
    await client.send(new DeleteCommand({ TableName: jobs, Key: chunkKey(batch, chunk) }));
  };

  const setLease = async (batch: BatchRun, chunk: number, leaseEndsAtMs: number): Promise<boolean> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: jobs,
          Key: chunkKey(batch, chunk),
          UpdateExpression: 'SET #state = :begun, lease_ends_at_ms = :lease, ttl_s = :ttl',
          ConditionExpression: 'attribute_not_exists(pk) OR #state = :begun',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':begun': 'begun', ':lease': leaseEndsAtMs, ':ttl': ttlS(Date.now()) },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const planned = (
    { workspaceId, id, run }: Batch,
    { total, failed }: { readonly total: number; readonly failed: number },
    quota: Batch['quota'],
  ): TransactionWrite => ({
    Update: {
      TableName: jobs,
      Key: batchJobKey(workspaceId, id),
      UpdateExpression: `SET phase = :making, #total = :total, #failed = :failed${
        quota === null ? '' : ', quota_taken = :taken, quota_reset_at_ms = :reset'
      }`,
      ConditionExpression: IN_PHASE,
      ExpressionAttributeNames: { ...NAMES, '#total': 'total', '#failed': 'failed' },
      ExpressionAttributeValues: {
        ...inPhase(run, 'planning'),
        ':making': 'making',
        ':total': total,
        ':failed': failed,
        ...(quota === null ? {} : { ':taken': quota.taken, ':reset': quota.resetAtMs }),
      },
    },
  });

  return {
    async plan(batch, counts, nowMs) {
      const { workspaceId, order } = batch;
      const asked = { workspaceId, plan: order.plan, links: counts.links };
      const outcome = await takeLinks(client, accounts, asked, nowMs, (quota) => planned(batch, counts, quota));
      if (outcome === 'full') return 'full';
      // A repeat whose first answer was lost finds that it has happened.
      return outcome === 'taken' || (await isMaking(batch)) ? 'planned' : 'ended';
    },

    async beginChunk(batch, chunk, leaseEndsAtMs) {
      if (!(await setLease(batch, chunk, leaseEndsAtMs))) return 'done';
      // Looked at after the mark is there: whoever ends the batch either is seen here or sees the mark.
      if (await isMaking(batch)) return 'begun';
      // Whose workspace is erased leaves nothing; else it is to be seen that something may be there to take back.
      if ((await read(batch)) === null) await forget(batch, chunk);
      else await setLease(batch, chunk, 0);
      return 'ended';
    },

    async finishChunk(batch, chunk, { done, failed, links }) {
      const { workspaceId, id, run } = batch;
      const refusals = await transact(client, {
        batch: {
          Update: {
            TableName: jobs,
            Key: batchJobKey(workspaceId, id),
            UpdateExpression: 'ADD #done :done, #failed :failed, run_links :links',
            ConditionExpression: IN_PHASE,
            ExpressionAttributeNames: { ...NAMES, '#done': 'done', '#failed': 'failed' },
            ExpressionAttributeValues: {
              ...inPhase(run, 'making'),
              ':done': done,
              ':failed': failed,
              ':links': links,
            },
          },
        },
        chunk: {
          Update: {
            TableName: jobs,
            Key: chunkKey(batch, chunk),
            UpdateExpression: 'SET #state = :done',
            ConditionExpression: '#state = :begun',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':done': 'done', ':begun': 'begun' },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      });
      // Counted before, by an attempt whose answer was lost.
      return refusals === null || refusals.get('chunk')?.['state'] === 'done';
    },

    async releaseChunk(batch, chunk) {
      await setLease(batch, chunk, 0);
    },

    forgetChunk: forget,

    async chunks({ workspaceId, id }) {
      const chunks: BatchChunk[] = [];
      const prefix = batchChunksPrefix(id);
      for await (const items of itemsOf(client, jobs, jobsPartition(workspaceId), prefix))
        chunks.push(...items.map((item) => chunkOf(item, prefix)));
      return chunks.toSorted((a, b) => a.run - b.run || a.chunk - b.chunk);
    },

    end(batch, state) {
      const { total, done } = batch.progress;
      return giveBackLinks(
        client,
        accounts,
        { ...batch, links: (batch.quota?.taken ?? 0) - batch.runLinks },
        {
          batch: stateWrite(jobs, batch, state, { set: { failed: (total ?? done) - done }, remove: QUOTA }),
          open: closedWrite(jobs, batch),
        },
      );
    },

    async tidied(batch) {
      const kept = isRolledBack(batch) ? 0 : batch.runLinks;
      const links = (batch.quota?.taken ?? 0) - kept;
      await giveBackLinks(client, accounts, { ...batch, links }, { batch: tidiedWrite(jobs, batch), open: null });
    },
  };
}

const tidiedWrite = (table: string, { workspaceId, id, run }: Batch): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: batchJobKey(workspaceId, id),
    UpdateExpression: `SET cleanup = :done REMOVE unsettled, ${QUOTA.join(', ')}`,
    ConditionExpression: 'cleanup = :pending AND #run = :run',
    ExpressionAttributeNames: { '#run': 'run' },
    ExpressionAttributeValues: { ':done': 'done', ':pending': 'pending', ':run': run },
  },
});

function chunkOf(item: Item, prefix: string): BatchChunk {
  const [run, chunk] = String(item['sk']).slice(prefix.length).split('#').map(Number);
  return {
    run: run ?? 0,
    chunk: chunk ?? 0,
    state: item['state'] === 'done' ? 'done' : 'begun',
    leaseEndsAtMs: Number(item['lease_ends_at_ms']),
  };
}

/** Chunks go with their batch, a little later. */
const ttlS = (nowMs: number): number => Math.ceil((expiresAtMs({ createdAtMs: nowMs }) + 86_400_000) / 1_000);
