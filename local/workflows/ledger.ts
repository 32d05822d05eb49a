import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type LineFile, openLineFile, valueOf } from './line-file.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as the world sees it. Never changed in place. */
export type Execution = {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly startedAtMs: number;
  readonly status: ExecutionStatus;
  readonly stoppedAtMs: number | null;
  /** JSON text; of those that succeeded. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
};

/** All executions, the running ones and the latest of the others. What `put` has returned from survives `kill -9`. */
export type Ledger = {
  get(arn: string): Execution | undefined;
  put(execution: Execution): void;
  /** Newest first. */
  all(): readonly Execution[];
  close(): void;
};

/** AWS keeps what is over for 90 days, and its name for as long. */
const KEPT_MS = 90 * 86_400_000;
const MOST_KEPT = 1_000;

/** Kept in `dataDir/executions.jsonl`; without `dataDir` it lasts as long as the process. */
export function openLedger(dataDir: string | null, nowMs: () => number = Date.now): Ledger {
  const path = dataDir === null ? null : join(dataDir, 'executions.jsonl');
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true });
  const executions = path === null ? new Map<string, Execution>() : read(path);
  forgetOld();
  const file = path === null ? null : rewrite(path, executions);

  function forgetOld(): void {
    const over = [...executions.values()].filter(({ status }) => status !== 'RUNNING');
    const tooMany = over.length - MOST_KEPT;
    for (const [index, { arn, startedAtMs }] of over.entries()) {
      if (index < tooMany || startedAtMs < nowMs() - KEPT_MS) executions.delete(arn);
    }
  }

  return {
    get: (arn) => executions.get(arn),
    put(execution) {
      file?.append(execution);
      const isNew = !executions.has(execution.arn);
      executions.set(execution.arn, execution);
      if (isNew) forgetOld();
    },
    all: () => [...executions.values()].toReversed(),
    close: () => file?.close(),
  };
}

/** The last line of an execution counts; one that a crash cut short was never acted on. */
function read(path: string): Map<string, Execution> {
  const executions = new Map<string, Execution>();
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  for (const line of lines) {
    const execution = valueOf(line) as Execution | undefined;
    if (execution === undefined) break;
    executions.set(execution.arn, execution);
  }
  return executions;
}

/** Written anew without what was forgotten, beside the old one and renamed. */
function rewrite(path: string, executions: ReadonlyMap<string, Execution>): LineFile {
  const draft = `${path}.new`;
  const file = openLineFile(draft, 0);
  for (const execution of executions.values()) file.append(execution);
  file.sync();
  renameSync(draft, path);
  return file;
}
