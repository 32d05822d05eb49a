/** Why a state, or a whole execution, failed: `error` is the name that Retry and Catch look at. */
export class WorkflowFailure extends Error {
  override readonly name = 'WorkflowFailure';
  readonly error: string;
  readonly reason: string;

  constructor(error: string, reason: string) {
    super(`${error}: ${reason}`);
    this.error = error;
    this.reason = reason;
  }
}

/** Nothing but their own name catches these. */
export const TERMINAL_ERRORS: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Input, output and every result between states. */
export const DATA_LIMIT_BYTES = 262_144;

/** JSON text of a value. Throws States.DataLimitExceeded when it is longer than AWS lets it be. */
export function withinDataLimit(value: unknown, what: string): string {
  const text = JSON.stringify(value ?? null);
  if (text.length * 4 <= DATA_LIMIT_BYTES || Buffer.byteLength(text) <= DATA_LIMIT_BYTES) return text;
  throw new WorkflowFailure(
    'States.DataLimitExceeded',
    `${what} has a size exceeding the maximum number of bytes service limit.`,
  );
}
