import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { ErasureJob } from '../../core/accounts/erasure.ts';
import { isDue } from '../../core/accounts/erasure.ts';
import type { ErasureDeps } from '../../core/accounts/take-turn.ts';
import { takeTurn } from '../../core/accounts/take-turn.ts';

export type EraseDeps = ErasureDeps & {
  readonly jobs: {
    /** Null when the job is done. */
    find(key: string): Promise<ErasureJob | null>;
    /** Puts the job behind all others of the outbox's stream. */
    comeAgain(key: string, progress: { readonly isClosed: boolean }): Promise<void>;
    remove(key: string): Promise<void>;
  };
  /** A job that only waits comes round once in so long. */
  readonly pause: () => Promise<void>;
};

/** How long a step may still take before the invocation would be cut off. */
const LAST_STEP_MS = 60_000;

/**
 * Gives each erasure of the batch a turn, side by side. What is not done goes to the end of the line, so that nobody waits
 * for a large one; what fails comes again by the event source. No line of the log tells an id or an address.
 */
export const eraseHandler =
  (deps: EraseDeps) =>
  async (
    event: DynamoDBStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<DynamoDBBatchResponse> => {
    const isTimeUp = (): boolean => context.getRemainingTimeInMillis() < LAST_STEP_MS;
    const failures = await Promise.all(
      [...firstRecords(event)].map(async ([key, itemIdentifier]) => {
        try {
          await serve(deps, key, isTimeUp);
          return [];
        } catch (error) {
          const reason = error instanceof Error ? error.name : 'unknown';
          console.error(JSON.stringify({ message: 'erasure waits', reason }));
          return [{ itemIdentifier }];
        }
      }),
    );
    return { batchItemFailures: failures.flat() };
  };

async function serve(deps: EraseDeps, key: string, isTimeUp: () => boolean): Promise<void> {
  const job = await deps.jobs.find(key);
  if (job === null) return;
  const turn = await takeTurn(deps, job, isTimeUp);
  if (turn.isDone) return deps.jobs.remove(key);
  if (!isDue(job, deps.nowMs())) await deps.pause();
  return deps.jobs.comeAgain(key, turn);
}

/** By key: a job that stands in the batch twice has one turn. */
function firstRecords({ Records }: DynamoDBStreamEvent): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { dynamodb } of Records) {
    const key = dynamodb?.Keys?.['pk']?.S;
    if (key !== undefined && !found.has(key)) found.set(key, dynamodb?.SequenceNumber ?? '');
  }
  return found;
}
