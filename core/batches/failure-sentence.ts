import type { BatchFailure } from './batch.ts';
import { MAX_ROWS } from './batch.ts';

/** Why a batch failed as a whole, as a sentence that the customer can act on. */
const SENTENCES: Readonly<Record<BatchFailure, string>> = {
  unreadable: 'The rows cannot be read; `errors_url` says where.',
  too_many_rows: `There are more than ${MAX_ROWS.toLocaleString('en')} rows; send them as several batches.`,
  no_rows: 'There are no rows.',
  quota: 'There are more new links than are left of the limit of the plan.',
  rolled_back: 'Some row failed, so none was kept; `errors_url` says which.',
  internal: 'Something went wrong on our side; try the batch again.',
};

export const sentenceOf = (failure: BatchFailure): string => SENTENCES[failure];
