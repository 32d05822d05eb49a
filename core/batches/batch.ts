import type { PlanName } from '../accounts/plan.ts';
import type { QrLook } from '../qr/make-code.ts';
import { ENDED_STATUSES } from './ended-statuses.ts';

/** What happens to the rows that were made when others fail. */
export const ON_FAILURE = ['continue', 'rollback'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

export const ROW_FORMATS = ['jsonl', 'csv'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** Where the rows lie, in the uploads bucket. */
export type BatchInput = { readonly key: string; readonly format: RowFormat };

export type BatchOrder = {
  readonly input: BatchInput;
  /** Of all its codes. */
  readonly look: QrLook;
  /** Whether codes that do not scan are made all the same. */
  readonly force: boolean;
  readonly onFailure: OnFailure;
  /** Of the workspace: tells its limit of links. */
  readonly plan: PlanName;
  /** Whether whoever asked for the run may make links: without, rows of links fail. */
  readonly mayMakeLinks: boolean;
};

/** What whoever asks for a run may do; a retry goes by its own. */
export type BatchPowers = Pick<BatchOrder, 'plan' | 'mayMakeLinks'>;

export const BATCH_STATUSES = ['queued', 'running', ...ENDED_STATUSES] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** What a running batch is at: only while it is `making` are rows counted. */
export const BATCH_PHASES = ['planning', 'making', 'finishing'] as const;
export type BatchPhase = (typeof BATCH_PHASES)[number];

/** Why a batch failed as a whole. `rolled_back`: some row failed, and none was to be made then. */
export const BATCH_FAILURES = ['unreadable', 'too_many_rows', 'no_rows', 'quota', 'rolled_back', 'internal'] as const;
export type BatchFailure = (typeof BATCH_FAILURES)[number];

export type BatchState =
  | { readonly status: 'queued' }
  | { readonly status: 'running'; readonly phase: BatchPhase; readonly startedAtMs: number }
  | {
      readonly status: 'succeeded' | 'succeeded_with_errors';
      readonly startedAtMs: number;
      readonly endedAtMs: number;
      /** Of the ZIP. */
      readonly bytes: number;
    }
  | { readonly status: 'failed'; readonly endedAtMs: number; readonly failure: BatchFailure }
  | { readonly status: 'cancelled'; readonly endedAtMs: number };

/** Rows, each in one place: `done` and `failed` grow to `total`. */
export type BatchProgress = {
  /** Null until the rows have been counted. */
  readonly total: number | null;
  readonly done: number;
  readonly failed: number;
};

/** What this run took of the workspace's limit of links, from the window that ends then. */
export type BatchQuota = { readonly taken: number; readonly resetAtMs: number };

export type Batch = {
  readonly id: string;
  readonly workspaceId: string;
  readonly order: BatchOrder;
  /** The codes of its links follow from it, so that a row made twice is made once. */
  readonly seed: string;
  /** 1, and one more with each retry: names its execution, its files and the chunks that count. */
  readonly run: number;
  readonly createdAtMs: number;
  readonly state: BatchState;
  readonly progress: BatchProgress;
  /** Links that this run made. */
  readonly runLinks: number;
  /** Null where its links took none, or what they took is settled. */
  readonly quota: BatchQuota | null;
  /** Whether something is left that nobody wants: links of rows that were cut short, or all that was rolled back. */
  readonly cleanup: 'none' | 'pending' | 'done';
};

export type BatchId = Pick<Batch, 'workspaceId' | 'id'>;
export type BatchRun = Pick<Batch, 'workspaceId' | 'id' | 'run'>;

export const isOpen = ({ status }: BatchState): boolean => status === 'queued' || status === 'running';

/** Whether nobody is to do anything for it any more. */
export const isSettled = ({ state, cleanup }: Pick<Batch, 'state' | 'cleanup'>): boolean =>
  !isOpen(state) && cleanup !== 'pending';

/** Whether nothing that it made is to stay. */
export const isRolledBack = ({
  order,
  state: { status },
  cleanup,
}: Pick<Batch, 'order' | 'state' | 'cleanup'>): boolean =>
  order.onFailure === 'rollback' && cleanup !== 'none' && (status === 'failed' || status === 'cancelled');

/** What failed may be tried again once it is tidied up; what was rolled back is to be ordered anew. */
export const canRetry = (batch: Batch): boolean =>
  batch.cleanup !== 'pending' &&
  !isRolledBack(batch) &&
  ['succeeded_with_errors', 'failed', 'cancelled'].includes(batch.state.status);

/** Contract: rows of an upload, and of a JSON body. */
export const MAX_ROWS = 100_000;
export const MAX_ITEMS = 1_000;
/** Batches that a workspace may have open at once. */
export const MAX_OPEN_BATCHES = 5;

const DAY_MS = 86_400_000;
/** As long as the uploads bucket keeps its files (`lib/constructs/uploads-bucket.ts`). */
export const BATCH_KEPT_DAYS = 7;
export const expiresAtMs = ({ createdAtMs }: Pick<Batch, 'createdAtMs'>): number =>
  createdAtMs + BATCH_KEPT_DAYS * DAY_MS;
