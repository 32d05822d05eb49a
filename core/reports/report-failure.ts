/** Why there is no report, as a word and a sentence that the customer can act on. */
const FAILURES = {
  too_much_data: 'The clicks of this range are more than one report may read; ask for a shorter range.',
  too_slow: 'The report took longer than it may; ask for a shorter range, or for less at once.',
  too_many_rows: 'The report would have more than 5,000,000 rows; ask for a shorter range, or filter.',
  internal: 'Something went wrong on our side; ask for the report again.',
} as const;

export type ReportFailure = keyof typeof FAILURES;
export const REPORT_FAILURES = Object.keys(FAILURES) as readonly ReportFailure[];
export const sentenceOf = (failure: ReportFailure): string => FAILURES[failure];

/** Thrown by whoever writes a report; its name is the error's name in the workflow. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

/** What Athena says where a query reads or holds more than it may (its own sentences; there are no codes). */
const TOO_MUCH = /bytes scanned limit|exhausted resources|exceeded.*memory/i;
const TIMED_OUT = /timed? ?out|timeout/i;

/** An error of the workflow: its name, and what was said of it. */
export type RunError = { readonly error: string; readonly cause: string };

/**
 * What was said, alone: a cause may be JSON that has the query with all that the customer wrote in it. Quotes within that are
 * escaped, so it cannot pass for a member.
 */
export function saidIn({ cause }: RunError): string {
  const [, said = cause] = /"(?:StateChangeReason|errorMessage)": ?"((?:[^"\\]|\\.)*)"/.exec(cause) ?? [];
  return said;
}

/** What an error of the workflow means to the customer. */
export function failureOf(failed: RunError): ReportFailure {
  if (failed.error === 'TooManyRows') return 'too_many_rows';
  if (failed.error === 'States.Timeout') return 'too_slow';
  const said = saidIn(failed);
  if (TOO_MUCH.test(said)) return 'too_much_data';
  return TIMED_OUT.test(said) ? 'too_slow' : 'internal';
}
