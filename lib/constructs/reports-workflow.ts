import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  Fail,
  IntegrationPattern,
  JitterType,
  JsonPath,
  type StateMachine,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { AthenaStartQueryExecution, LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ASKS_CLICKS } from '../lake-powers.ts';
import type { LakePlace } from '../powers.ts';
import { acceptPrefix } from './function-role.ts';
import { LAKE_PLACES } from './lake-places.ts';
import type { Lake, Surroundings } from './surroundings.ts';
import { Workflow } from './workflow.ts';

/** Athena gives up after 30 minutes by itself, and without a word of why. */
const QUERY_TIMEOUT = Duration.minutes(20);
/** Every step as often as it may be tried, with all that it waits for. */
const TIMEOUT = Duration.hours(2);

/** What trying again would not change: the customer is told instead. */
const FINAL_ERRORS = ['TooManyRows', 'States.Timeout', 'Sandbox.Timedout'];

/** The run of a report: says that it has begun, asks the lake, writes the file; or says why not. Input `{workspace_id, report_id}`. */
export class ReportsWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(
    scope: Construct,
    id: string,
    surroundings: Surroundings & { readonly lake: Lake },
    reportFile: IFunction,
  ) {
    super(scope, id);
    const { settings, lake } = surroundings;
    const workflow = new Workflow(this, 'Workflow', {
      settings,
      start: steps(this, lake, reportFile),
      calls: [reportFile],
      may: asking(lake),
      timeout: TIMEOUT,
    });
    this.machine = workflow.machine;
    for (const { place } of ASKING)
      for (const arn of LAKE_PLACES[place](lake)) acceptPrefix(workflow.role, arn, surroundings);
  }
}

function steps(scope: Construct, lake: Lake, reportFile: IFunction) {
  const step = (id: string, payload: Readonly<Record<string, string>>, resultPath: string, members: object) => {
    const task = new LambdaInvoke(scope, id, {
      lambdaFunction: reportFile,
      payload: TaskInput.fromObject({
        workspace_id: JsonPath.stringAt('$.workspace_id'),
        report_id: JsonPath.stringAt('$.report_id'),
        ...payload,
      }),
      ...members,
      resultPath,
    });
    task.addRetry({ errors: FINAL_ERRORS, maxAttempts: 0 });
    task.addRetry({ interval: Duration.seconds(5), maxAttempts: 3, backoffRate: 3, jitterStrategy: JitterType.FULL });
    return task;
  };
  const begin = step('Begin', { step: 'begin' }, '$.query', { resultSelector: { 'sql.$': '$.Payload.sql' } });
  const ask = askingStep(scope, lake);
  const write = step(
    'Write',
    { step: 'write', location: JsonPath.stringAt('$.answer.location') },
    JsonPath.DISCARD,
    {},
  );
  const fail = step(
    'SayWhy',
    { step: 'fail', error: JsonPath.stringAt('$.failure.Error'), cause: JsonPath.stringAt('$.failure.Cause') },
    '$.failure',
    { resultSelector: { 'blame.$': '$.Payload.blame' } },
  );
  for (const task of [begin, ask, write]) task.addCatch(fail, { resultPath: '$.failure' });
  // Only what is our fault counts as a failed execution, which wakes somebody up.
  fail.next(
    new Choice(scope, 'WhoseFault')
      .when(Condition.stringEquals('$.failure.blame', 'ours'), new Fail(scope, 'OurFault', { error: 'ReportFailed' }))
      .otherwise(new Succeed(scope, 'NotOurFault')),
  );
  return begin.next(
    new Choice(scope, 'StillWanted')
      .when(Condition.isString('$.query.sql'), ask.next(write).next(new Succeed(scope, 'Made')))
      .otherwise(new Succeed(scope, 'NotWanted')),
  );
}

function askingStep(scope: Construct, { catalog, workgroup }: Lake): AthenaStartQueryExecution {
  const ask = new AthenaStartQueryExecution(scope, 'Ask', {
    integrationPattern: IntegrationPattern.RUN_JOB,
    queryString: JsonPath.stringAt('$.query.sql'),
    queryExecutionContext: { databaseName: catalog.databaseName },
    workGroup: workgroup.name,
    resultSelector: { 'location.$': '$.QueryExecution.ResultConfiguration.OutputLocation' },
    resultPath: '$.answer',
    taskTimeout: Timeout.duration(QUERY_TIMEOUT),
  });
  // On the first of a month there are as many at once as workspaces.
  ask.addRetry({
    errors: ['Athena.TooManyRequestsException', 'Athena.InternalServerException'],
    interval: Duration.seconds(10),
    maxAttempts: 10,
    backoffRate: 2,
    maxDelay: Duration.minutes(5),
    jitterStrategy: JitterType.FULL,
  });
  return ask;
}

/** All but reading the answer, which is done by the function that writes the file. */
const ASKING: readonly { readonly place: LakePlace; readonly actions: readonly string[] }[] = Object.entries({
  ...ASKS_CLICKS,
  queryWorkgroup: ASKS_CLICKS.queryWorkgroup.filter((action) => action !== 'athena:GetQueryResults'),
  queryResults: ASKS_CLICKS.queryResults.filter((action) => action !== 's3:GetObject'),
}).map(([place, actions]) => ({ place: place as LakePlace, actions }));

const asking = (lake: Lake): readonly PolicyStatement[] =>
  ASKING.map(
    ({ place, actions }) =>
      new PolicyStatement({
        sid: `Ask${place.charAt(0).toUpperCase()}${place.slice(1)}`,
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...LAKE_PLACES[place](lake)],
      }),
  );
