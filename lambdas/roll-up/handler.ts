import type { Context } from 'aws-lambda';
import type { RolledUp, RollUpDeps } from '../../core/lake/roll-up.ts';
import { rollUp } from '../../core/lake/roll-up.ts';

/** How long a batch may still take before the invocation would be cut off. */
const LAST_BATCH_MS = 300_000;

/** Once an hour: the clicks that came since the last time are added up. What there is no time for, the next run does. */
export const rollUpHandler =
  (deps: RollUpDeps) =>
  (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<RolledUp> =>
    rollUp(deps, () => context.getRemainingTimeInMillis() < LAST_BATCH_MS);
