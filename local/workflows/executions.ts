import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { roleNameOf } from '../cloud/functions.ts';
import type { StateMachinePlan } from '../cloud/state-machines.ts';
import { accessKeyIdOfRole } from '../lambda/function-env.ts';
import { ExecutionTimeout, play } from './execution.ts';
import { WorkflowFailure } from './failure.ts';
import { openJournal } from './journal.ts';
import { type Language, loadLanguage, prepared } from './language.ts';
import type { Execution, Ledger } from './ledger.ts';
import { createMapRuns, type MapRuns } from './map-runs.ts';
import { integrationOf } from './refusals.ts';
import { type Task, type TaskFacts, taskOf } from './tasks.ts';
import { uuidOf } from './uuid.ts';
import { workOf } from './work.ts';

/** Executions at work. */
export type Executions = {
  /** Goes to work on an execution that the ledger has. */
  begin(execution: Execution): void;
  /** Ends a running one as ABORTED; what it was doing is left to itself, except queries, which are stopped. */
  stop(arn: string, error: string | null, cause: string | null): Execution;
  readonly mapRuns: MapRuns;
  /** Stands still; what was running goes on after the next start. */
  close(): Promise<void>;
};

export type ExecutionsOptions = {
  readonly machines: readonly StateMachinePlan[];
  readonly ledger: Ledger;
  /** Where journals are; null keeps them in memory. */
  readonly dataDir: string | null;
  readonly tasks: TaskFacts;
  readonly log: (line: string) => void;
};

/** The laptop is closing: nothing of this is an execution's end. */
class StandStill extends Error {}

/** Takes up what the ledger has running. */
export function startExecutions({ machines, ledger, dataDir, tasks, log }: ExecutionsOptions): Executions {
  const atWork = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  const known = new Map<string, Promise<Task>>();
  const journals = dataDir === null ? null : openJournals(join(dataDir, 'journals'));
  const mapRuns = createMapRuns();
  let language: Promise<Language> | null = null;

  function task(resource: string): Promise<Task> {
    const integration = integrationOf(resource);
    if (integration === null) return Promise.reject(new Error(`The laptop does not play ${resource}.`));
    const made = known.get(resource) ?? taskOf(integration, tasks);
    known.set(resource, made);
    return made;
  }

  const shared = { task, services: tasks, mapRuns, workOf, random: Math.random };

  async function run(execution: Execution, signal: AbortSignal): Promise<void> {
    const machine = machines.find(({ arn }) => arn === execution.machineArn);
    if (machine === undefined)
      return end(execution, new WorkflowFailure('States.Runtime', 'Its state machine is gone.'));
    language ??= loadLanguage();
    const journal = await openJournal(journals?.pathOf(execution) ?? null);
    const { arn, name, startedAtMs } = execution;
    const facts = { arn, name, startedAtMs, input: JSON.parse(execution.input), machine };
    const accessKeyId = accessKeyIdOfRole(roleNameOf(machine.roleArn));
    const own = { journal, accessKeyId, signal, language: await language };
    try {
      const output = await play(prepared(machine.definition), facts, { ...own, ...shared });
      if (!signal.aborted) {
        ledger.put({ ...execution, status: 'SUCCEEDED', output: JSON.stringify(output), stoppedAtMs: Date.now() });
      }
    } catch (error) {
      if (signal.aborted && signal.reason instanceof StandStill) return journal.close();
      if (!signal.aborted) end(execution, error);
    }
    journal.remove();
  }

  function end(execution: Execution, thrown: unknown): void {
    const stoppedAtMs = Date.now();
    if (thrown instanceof ExecutionTimeout) {
      ledger.put({ ...execution, status: 'TIMED_OUT', error: 'States.Timeout', stoppedAtMs });
      return;
    }
    const { error, reason } =
      thrown instanceof WorkflowFailure ? thrown : new WorkflowFailure('States.Runtime', String(thrown));
    ledger.put({ ...execution, status: 'FAILED', error, cause: reason, stoppedAtMs });
    log(`${execution.arn} failed: ${error} ${reason}`);
  }

  function begin(execution: Execution): void {
    const stop = new AbortController();
    const done = run(execution, stop.signal)
      .catch((error: unknown) => log(`${execution.arn}: ${String(error)}`))
      .finally(() => atWork.delete(execution.arn));
    atWork.set(execution.arn, { stop, done });
  }

  const running = ledger.all().filter(({ status }) => status === 'RUNNING');
  journals?.keep(running);
  for (const execution of running.toReversed()) begin(execution);
  return {
    begin,
    mapRuns,
    stop(arn, error, cause) {
      const execution = ledger.get(arn);
      if (execution === undefined) throw new Error(`There is no execution ${arn}.`);
      if (execution.status !== 'RUNNING') return execution;
      const stopped: Execution = { ...execution, status: 'ABORTED', error, cause, stoppedAtMs: Date.now() };
      ledger.put(stopped);
      atWork.get(arn)?.stop.abort(new Error('The execution was stopped.'));
      return stopped;
    },
    async close() {
      for (const { stop } of atWork.values()) stop.abort(new StandStill());
      await Promise.all(Array.from(atWork.values(), ({ done }) => done));
    },
  };
}

type Journals = {
  pathOf(execution: Execution): string;
  /** Removes all others: a crash may leave the journal of an execution that was over. */
  keep(executions: readonly Execution[]): void;
};

function openJournals(folder: string): Journals {
  mkdirSync(folder, { recursive: true });
  // Names may hold what file systems refuse.
  const nameOf = ({ arn }: Execution): string => `${uuidOf(arn)}.jsonl`;
  return {
    pathOf: (execution) => join(folder, nameOf(execution)),
    keep(executions) {
      const kept = new Set(executions.map(nameOf));
      for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name));
    },
  };
}
