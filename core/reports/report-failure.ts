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

/** What an error of the workflow means to the customer. `error` is its name, `cause` whatever was said of it. */
export function failureOf({ error, cause }: { readonly error: string; readonly cause: string }): ReportFailure {
  if (error === 'TooManyRows') return 'too_many_rows';
  if (error === 'States.Timeout') return 'too_slow';
  if (TOO_MUCH.test(cause)) return 'too_much_data';
  return TIMED_OUT.test(cause) ? 'too_slow' : 'internal';
}
