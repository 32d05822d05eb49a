import type { SettleDeps } from './settle-batch.ts';
import { settle } from './settle-batch.ts';

/** Settles all batches that nobody is at any more, whoever asks for them. One that fails keeps no other; throws the first failure at the end. */
export async function sweepBatches(deps: SettleDeps): Promise<void> {
  const failures: unknown[] = [];
  for await (const ids of deps.batches.unsettled()) {
    const outcomes = await Promise.allSettled(
      ids.map(async ({ workspaceId, id }) => {
        const batch = await deps.batches.find(workspaceId, id);
        if (batch !== null) await settle(deps, batch);
      }),
    );
    failures.push(...outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])));
  }
  if (failures.length > 0) throw failures[0];
}
