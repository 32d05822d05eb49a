import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  Fail,
  JitterType,
  JsonPath,
  Pass,
  S3JsonLItemReader,
  type StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { BATCH_FILES_PREFIX } from '../../core/qr/folders.ts';
import type { Surroundings } from './surroundings.ts';
import { Workflow } from './workflow.ts';

/** A hundred thousand codes of the largest size, with every step as often as it may be tried. */
const TIMEOUT = Duration.hours(12);
/** Chunks that are made at the same time: what one batch may take of the account's functions. */
const CHUNKS_AT_ONCE = 40;

export type BatchSteps = {
  readonly plan: IFunction;
  readonly rows: IFunction;
  readonly finish: IFunction;
  readonly rollback: IFunction;
};

/**
 * The run of a batch: plans its rows, makes them chunk by chunk, puts the files together; or says that it broke. Then, or with
 * the task `tidy` at once, takes back what nobody wants. Input `{task, workspace_id, batch_id, run}`.
 */
export class BatchesWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { settings }: Surroundings, uploads: IBucket, steps: BatchSteps) {
    super(scope, id);
    const workflow = new Workflow(this, 'Workflow', {
      settings,
      start: firstState(this, uploads, steps),
      calls: Object.values(steps),
      map: { items: { bucket: uploads, prefix: BATCH_FILES_PREFIX }, results: null },
      timeout: TIMEOUT,
    });
    this.machine = workflow.machine;
  }
}

function firstState(scope: Construct, uploads: IBucket, { plan, rows, finish, rollback }: BatchSteps) {
  const planStep = step(scope, 'Plan', plan);
  const makeStep = making(scope, uploads, rows);
  const finishStep = step(scope, 'Finish', finish);
  const tidyStep = step(scope, 'Tidy', rollback, { resultPath: JsonPath.DISCARD });
  const tidyFirstStep = step(scope, 'TidyFirst', rollback, { resultPath: JsonPath.DISCARD });
  const failStep = step(scope, 'SayThatItBroke', finish, {
    payload: { error: JsonPath.stringAt('$.failure.Error'), cause: JsonPath.stringAt('$.failure.Cause') },
    resultPath: JsonPath.DISCARD,
  });
  const nothing = new Succeed(scope, 'NothingLeft');
  tidyFirstStep.next(finishStep);
  for (const state of [planStep, makeStep, finishStep, tidyFirstStep])
    state.addCatch(failStep, { resultPath: '$.failure' });
  finishStep.next(
    new Choice(scope, 'IsTidy')
      .when(Condition.stringEquals('$.step.next', 'tidy'), tidyStep)
      .when(Condition.stringEquals('$.step.next', 'tidy_first'), tidyFirstStep)
      .otherwise(nothing),
  );
  failStep.next(tidyStep);
  // What broke wakes somebody up, once it is tidied up.
  tidyStep.next(
    new Choice(scope, 'HasBroken')
      .when(Condition.isPresent('$.failure'), new Fail(scope, 'Broken', { error: 'BatchFailed' }))
      .otherwise(new Succeed(scope, 'Tidied')),
  );
  makeStep.next(finishStep);
  planStep.next(
    new Choice(scope, 'WhatNext')
      .when(Condition.stringEquals('$.step.next', 'make'), makeStep)
      .when(Condition.stringEquals('$.step.next', 'finish'), finishStep)
      .otherwise(nothing),
  );
  return new Choice(scope, 'Task').when(Condition.stringEquals('$.task', 'tidy'), tidyStep).otherwise(planStep);
}

type StepMembers = { readonly payload?: Readonly<Record<string, string>>; readonly resultPath?: string };

function step(scope: Construct, id: string, lambdaFunction: IFunction, { payload = {}, resultPath }: StepMembers = {}) {
  const task = new LambdaInvoke(scope, id, {
    lambdaFunction,
    payload: TaskInput.fromObject({
      workspace_id: JsonPath.stringAt('$.workspace_id'),
      batch_id: JsonPath.stringAt('$.batch_id'),
      run: JsonPath.numberAt('$.run'),
      ...payload,
    }),
    ...(resultPath === undefined ? { resultSelector: { 'next.$': '$.Payload.next' } } : {}),
    resultPath: resultPath ?? '$.step',
  });
  // Whoever is at a chunk ends within minutes (`core/batches/make-chunk.ts`).
  task.addRetry({
    errors: ['StillMaking'],
    interval: Duration.seconds(2),
    maxAttempts: 30,
    backoffRate: 1.5,
    maxDelay: Duration.seconds(20),
  });
  task.addRetry({ interval: Duration.seconds(2), maxAttempts: 4, backoffRate: 3, jitterStrategy: JitterType.FULL });
  return task;
}

/**
 * A child for each line of the file of chunks. A chunk that keeps failing is no failure of the map: the last step finds that it
 * is not there. Its children answer nothing, because all answers together must fit into one state.
 */
function making(scope: Construct, bucket: IBucket, lambdaFunction: IFunction): DistributedMap {
  const make = new LambdaInvoke(scope, 'MakeRows', {
    lambdaFunction,
    payload: TaskInput.fromJsonPathAt('$'),
    resultSelector: {},
    resultPath: '$',
  });
  make.addRetry({ interval: Duration.seconds(1), maxAttempts: 3, backoffRate: 3, jitterStrategy: JitterType.FULL });
  make.addCatch(new Pass(scope, 'LeftOut', { parameters: {} }));
  return new DistributedMap(scope, 'Make', {
    mapExecutionType: StateMachineType.EXPRESS,
    maxConcurrency: CHUNKS_AT_ONCE,
    toleratedFailurePercentage: 100,
    itemReader: new S3JsonLItemReader({
      bucket,
      key: JsonPath.format(
        `${BATCH_FILES_PREFIX}{}/{}/{}/chunks.jsonl`,
        JsonPath.stringAt('$.workspace_id'),
        JsonPath.stringAt('$.batch_id'),
        JsonPath.stringAt('$.run'),
      ),
    }),
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(make);
}
