import type { Context } from 'aws-lambda';
import type { ErasedRows, EraseRowsDeps } from '../../core/lake/erase-rows.ts';
import { eraseRows } from '../../core/lake/erase-rows.ts';

/** How long a question to the lake and a file may still take before the invocation would be cut off. */
const LAST_FILE_MS = 360_000;

/** Once an hour: rows of erased workspaces leave the lake. What there is no time for, the next run does. */
export const eraseRowsHandler =
  (deps: EraseRowsDeps) =>
  (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<ErasedRows> =>
    eraseRows(deps, () => context.getRemainingTimeInMillis() < LAST_FILE_MS);
