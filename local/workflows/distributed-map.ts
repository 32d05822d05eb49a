import { attemptPath, concurrencyOf } from './branches.ts';
import { childInputs } from './child-inputs.ts';
import { childArn } from './child-record.ts';
import type { Json, MapState } from './definition.ts';
import { ExecutionTimeout, play } from './execution.ts';
import { WorkflowFailure } from './failure.ts';
import type { ChildInput } from './item-batches.ts';
import { type ChildResult, type ChildSummary, NO_JOURNAL } from './journal.ts';
import { resultsOf } from './map-results.ts';
import { exceeds, type MapRun, noCounts, type Tolerance } from './map-runs.ts';
import { uuidOf } from './uuid.ts';
import type { Moment, Run } from './walk.ts';

type MapMoment = Moment<MapState>;

/** No EXPRESS execution runs longer. */
const LONGEST_CHILD_S = 300;

/**
 * A distributed map: items from S3 or from the input, each or in batches the input of a child execution. A child that has
 * ended is not played again; one that the end of the laptop cut short is, as AWS may play an EXPRESS one twice.
 * Rejects with States.ExceedToleratedFailureThreshold when more items fail than may.
 */
export async function distribute(moment: MapMoment, input: Json): Promise<Json> {
  const { run } = moment.sequence;
  const mapRun = await openMapRun(moment, input);
  const ending = new AbortController();
  try {
    await playChildren(moment, input, mapRun, { ...run, signal: AbortSignal.any([run.signal, ending.signal]) });
    const results = await resultsOf(moment, input, mapRun);
    mapRun.status = 'SUCCEEDED';
    return results;
  } catch (error) {
    mapRun.status = run.signal.aborted ? 'ABORTED' : 'FAILED';
    ending.abort(error);
    throw error;
  } finally {
    mapRun.stoppedAtMs = Date.now();
  }
}

async function openMapRun(moment: MapMoment, input: Json): Promise<MapRun> {
  const { state, sequence, position, context } = moment;
  const { run } = sequence;
  const { Id: machineArn } = context['StateMachine'] as { readonly Id: string };
  const { Id: executionArn } = context['Run'] as { readonly Id: string };
  const labelled = `${machineArn}/${state.Label ?? position.state}`;
  const id = uuidOf(executionArn, attemptPath(moment));
  askForChildren(run, machineArn, id);
  const mapRun: MapRun = {
    arn: `${labelled.replace(':stateMachine:', ':mapRun:')}:${id}`,
    executionArn,
    machineArn: labelled,
    startedAtMs: Date.now(),
    maxConcurrency: await concurrencyOf(moment, input),
    tolerated: await toleranceOf(moment, input),
    items: noCounts(),
    children: noCounts(),
    status: 'RUNNING',
    stoppedAtMs: null,
  };
  run.mapRuns.open(mapRun);
  return mapRun;
}

/** Children are executions of the same machine, which its own role must let it start and watch. */
function askForChildren({ services, accessKeyId }: Run, machineArn: string, id: string): void {
  const ask = (action: string, resourceArn: string): void => {
    const decision = services.authorize({ accessKeyId, action, resourceArns: [resourceArn] });
    if (!decision.allowed) throw new WorkflowFailure('States.Permissions', decision.message);
  };
  ask('states:StartExecution', machineArn);
  ask('states:DescribeExecution', childArn(machineArn, id));
  ask('states:StopExecution', childArn(machineArn, id));
}

async function toleranceOf({ state, sequence, context }: MapMoment, input: Json): Promise<Tolerance> {
  const at = async (constant: number | undefined, path: string | undefined): Promise<number | null> =>
    path === undefined ? (constant ?? null) : Number(await sequence.run.language.read(path, input, context));
  return {
    count: await at(state.ToleratedFailureCount, state.ToleratedFailureCountPath),
    percentage: await at(state.ToleratedFailurePercentage, state.ToleratedFailurePercentagePath),
  };
}

async function playChildren(moment: MapMoment, input: Json, mapRun: MapRun, run: Run): Promise<void> {
  const { journal } = run;
  const path = attemptPath(moment);
  const finished = new Set(journal.finishedChildren(path).map(({ index }) => index));
  for (const child of journal.finishedChildren(path)) count(mapRun, child);
  const refuseExcess = (areAllKnown: boolean): void => {
    if (!exceeds(mapRun.tolerated, mapRun.items, areAllKnown)) return;
    throw new WorkflowFailure(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    );
  };
  refuseExcess(false);
  const waiting = childInputs(moment, input, run);

  async function playNext(): Promise<void> {
    for await (const child of waiting) {
      if (finished.has(child.index)) continue;
      run.signal.throwIfAborted();
      mapRun.items.running += child.items;
      mapRun.children.running += 1;
      const result = await playChild(moment, child, mapRun, run);
      mapRun.items.running -= child.items;
      mapRun.children.running -= 1;
      // Only a result writer writes inputs down.
      const { input: _input, ...withoutInput } = result;
      journal.finishChild(path, moment.state.ResultWriter === undefined ? withoutInput : result);
      count(mapRun, result);
      refuseExcess(false);
    }
  }
  await Promise.all(Array.from({ length: mapRun.maxConcurrency }, playNext));
  refuseExcess(true);
}

/** Rejects with the run's own end only: whatever becomes of the child is its result. */
async function playChild(
  { state, sequence }: MapMoment,
  { index, items, input }: ChildInput,
  { arn, machineArn }: MapRun,
  run: Run,
): Promise<ChildResult> {
  const startedAtMs = Date.now();
  const name = uuidOf(arn, index);
  const { RoleArn: roleArn } = sequence.context['Run'] as { readonly RoleArn: string };
  const machine = { arn: machineArn, name: machineArn.slice(machineArn.lastIndexOf(':') + 1), roleArn };
  const facts = { arn: childArn(machineArn, name), name, input, startedAtMs, machine };
  const begun = { index, name, items, input, startedAtMs };
  const ended = (result: Pick<ChildResult, 'status' | 'output' | 'error' | 'cause'>): ChildResult => ({
    ...begun,
    stoppedAtMs: Date.now(),
    ...result,
  });
  try {
    const output = await play(state.ItemProcessor, facts, { ...run, journal: NO_JOURNAL }, LONGEST_CHILD_S);
    return ended({ status: 'SUCCEEDED', output });
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof ExecutionTimeout) return ended({ status: 'TIMED_OUT', error: 'States.Timeout' });
    const failure = error instanceof WorkflowFailure ? error : new WorkflowFailure('States.Runtime', String(error));
    return ended({ status: 'FAILED', error: failure.error, cause: failure.reason });
  }
}

const OUTCOME = { SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timedOut' } as const;

function count({ items, children }: MapRun, child: ChildSummary): void {
  const outcome = OUTCOME[child.status];
  items[outcome] += child.items;
  children[outcome] += 1;
}
