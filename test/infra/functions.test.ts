import { FUNCTION_ENV, FUNCTIONS, type FunctionName } from '../../adapters/env.ts';
import { FUNCTION_POWERS, type LakePlace, type Place, type QrPlace, type WorkflowPlace } from '../../lib/powers.ts';
import { LOG_POWERS, POLLER_POWERS, VPC_POWERS, WORKFLOW_POWERS } from '../../lib/service-powers.ts';
import { type Assembly, assemblyOf, type Properties } from './assembly.ts';

const prod = assemblyOf('prod');
const dev = assemblyOf('dev');
const constructId = (name: FunctionName) =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
const lambdaOf = (stage: Assembly, name: FunctionName) =>
  stage.one('AWS::Lambda::Function', `${constructId(name)}Function`);
const roleOf = (stage: Assembly, name: FunctionName) => stage.one('AWS::IAM::Role', `${constructId(name)}Role`);

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: string | string[] };
const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);

/** `dynamodb:GetItem on <LinksTable.Arn>`, one line per action and resource. */
function grantedTo(stage: Assembly, name: FunctionName): string[] {
  const policies = roleOf(stage, name).properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} on ${resource}`)),
    )
    .sort();
}

function arnsOf(stage: Assembly, place: Place): string[] {
  const attribute = (type: string, prefix: string, name: string) => `<${stage.one(type, prefix).id}.${name}>`;
  if (place === 'clickStream') return [attribute('AWS::Kinesis::Stream', 'Clicks', 'Arn')];
  if (place === 'eventBus') return [attribute('AWS::Events::EventBus', 'EventBus', 'Arn')];
  if (place === 'cache') {
    if (stage.settings.cache.mode === 'none') return [];
    return [
      attribute('AWS::ElastiCache::ServerlessCache', 'HotCache', 'ARN'),
      attribute('AWS::ElastiCache::User', 'HotCache', 'Arn'),
    ];
  }
  // A secret's reference is its ARN.
  if (place === 'signingKeys') return [`<${stage.one('AWS::SecretsManager::Secret', 'SigningKeys').id}>`];
  // Neither stage has a sender; accounts.test.ts shows one that has.
  if (place === 'mailSender') return [];
  if (place === 'reportWorkflow' || place === 'batchWorkflow') return [`<${machineOf(stage, place)}>`];
  if (place === 'reportRuns' || place === 'batchRuns')
    return [`arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${machineOf(stage, place)}.Name>:*`];
  const ofQr = qrArns(stage)[place as QrPlace];
  if (ofQr !== undefined) return [ofQr];
  const ofLake = lakeArns(stage)[place as LakePlace];
  if (ofLake !== undefined) return [...ofLake];
  const [table = '', index] = place.split('/');
  const prefix = `${table.charAt(0).toUpperCase()}${table.slice(1)}Table`;
  const arn = attribute('AWS::DynamoDB::GlobalTable', prefix, 'Arn');
  return [index === undefined ? arn : `${arn}/index/${index}`];
}

const machineOf = (stage: Assembly, place: WorkflowPlace): string =>
  stage.one('AWS::StepFunctions::StateMachine', place.startsWith('report') ? 'ReportRuns' : 'BatchRuns').id;

function qrArns(stage: Assembly): Readonly<Record<QrPlace, string>> {
  const [images, uploads] = ['Images', 'Uploads'].map(
    (id) => `<${stage.one('AWS::S3::Bucket', `${id}Bucket`).id}.Arn>`,
  );
  return {
    qrImages: `${images}/i/*`,
    uploads: `${uploads}`,
    logoUploads: `${uploads}/logos/*`,
    cleanLogos: `${uploads}/logos-clean/*`,
    batchUploads: `${uploads}/uploads/*`,
    batchFiles: `${uploads}/batches/*`,
  };
}

function lakeArns(stage: Assembly): Readonly<Record<LakePlace, readonly string[]>> {
  const name = stage.settings.stage;
  const arn = (service: string, rest: string) =>
    `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${rest}`;
  const [lake, results] = ['Lake', 'Results'].map((id) => `<${stage.one('AWS::S3::Bucket', `${id}Bucket`).id}.Arn>`);
  return {
    queryWorkgroup: [arn('athena', `workgroup/signpost-${name}`)],
    lakeCatalog: [arn('glue', 'catalog'), arn('glue', `database/signpost_${name}`)],
    defaultDatabase: [arn('glue', 'database/default')],
    clicksTable: [arn('glue', `table/signpost_${name}/clicks`)],
    rollUpsTable: [arn('glue', `table/signpost_${name}/roll_ups`)],
    lake: [`${lake}`],
    lakeClicks: [`${lake}/clicks/*`],
    rollUps: [`${lake}/rollups/*`],
    lakeFailures: [`${lake}/processing-failed/*`, `${lake}/format-conversion-failed/*`],
    results: [`${results}`],
    queryResults: [`${results}/queries/*`],
    reportFiles: [`${results}/reports/*`],
  };
}

/** What lib/powers.ts says the function may do, as the same lines. */
function meantFor(stage: Assembly, name: FunctionName): string[] {
  const { may, fedBy, usesCache } = FUNCTION_POWERS[name];
  const lines = (actions: readonly string[], arns: readonly string[]) =>
    actions.flatMap((action) => arns.map((arn) => `${action} on ${arn}`));
  const streamArn = (table: string) => `<${stage.one('AWS::DynamoDB::GlobalTable', `${table}Table`).id}.StreamArn>`;
  const bucketArn = () => `<${stage.one('AWS::S3::Bucket', 'FailedRecords').id}.Arn>`;
  const keepFailures = () => [
    ...lines(POLLER_POWERS.failedRecords, [`${bucketArn()}/aws/lambda/*`]),
    ...lines(POLLER_POWERS.failedRecordsBucket, [bucketArn()]),
  ];
  const pollTable = (table: string) => [
    ...lines(POLLER_POWERS.tableStream, [streamArn(table)]),
    ...lines(POLLER_POWERS.anyTableStream, ['*']),
  ];
  const polling = {
    clickStream: () => [...lines(POLLER_POWERS.clickStream, arnsOf(stage, 'clickStream')), ...keepFailures()],
    clickSpool: () => [...pollTable('ClickSpool'), ...keepFailures()],
    outbox: () => [...pollTable('Outbox'), ...keepFailures()],
    jobs: () => [...pollTable('Jobs'), ...keepFailures()],
    links: () => pollTable('Links'),
  };
  return [
    ...Object.entries(may).flatMap(([place, actions]) => lines(actions, arnsOf(stage, place as Place))),
    ...(fedBy === undefined ? [] : polling[fedBy]()),
    ...lines(LOG_POWERS, [`<${stage.one('AWS::Logs::LogGroup', `${constructId(name)}Logs`).id}.Arn>`]),
    ...(usesCache === true && stage.settings.cache.mode === 'vpc' ? lines(VPC_POWERS, ['*']) : []),
  ].sort();
}

const inDev = FUNCTIONS.filter((name) => name !== 'cache-sync');

describe.each([
  ...FUNCTIONS.map((name) => ({ stage: 'prod', name, assembly: prod })),
  ...inDev.map((name) => ({ stage: 'dev', name, assembly: dev })),
])('$name in $stage', ({ name, assembly }) => {
  const { properties } = lambdaOf(assembly, name);

  it('may do exactly what lib/powers.ts says, and runs as its own role', () => {
    expect(grantedTo(assembly, name)).toEqual(meantFor(assembly, name));
    expect(properties['Role']).toBe(`<${roleOf(assembly, name).id}.Arn>`);
    expect(roleOf(assembly, name).properties['ManagedPolicyArns']).toBeUndefined();
  });

  it('has exactly the environment of adapters/env.ts', () => {
    const { Variables } = (properties['Environment'] ?? { Variables: {} }) as { Variables: Properties };
    expect(Object.keys(Variables).sort()).toEqual([...FUNCTION_ENV[name]].sort());
    for (const value of Object.values(Variables)) expect(typeof value).toBe('string');
  });

  it('runs on Node 24 and arm64, and writes JSON to its own log group', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: FUNCTION_POWERS[name].memoryMb,
      Timeout: FUNCTION_POWERS[name].timeoutS,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: expect.stringContaining(`${constructId(name)}Logs`) },
    });
    const { accounts, clicks, lake, qr } = assembly.settings;
    const reserved: Readonly<Partial<Record<FunctionName, number | null>>> = {
      auth: accounts.maxConcurrentSignIns,
      live: clicks.maxLiveStreams,
      export: lake.maxExports,
      'batch-events': qr.maxBatchStreams,
    };
    expect(properties['ReservedConcurrentExecutions']).toBe(reserved[name] ?? undefined);
  });
});

it('puts only the users of the cache into the VPC, and nobody where there is none', () => {
  const inVpc = (stage: Assembly) =>
    stage
      .ofType('AWS::Lambda::Function')
      .filter(({ properties }) => properties['VpcConfig'] !== undefined)
      .map(({ id }) => id.replace(/Function.*/, ''));
  expect(inVpc(prod).sort()).toEqual(['CacheSync', 'Redirect']);
  expect(inVpc(dev)).toEqual([]);
});

it('has no function, policy or log group but those of the templates above', () => {
  expect(prod.ofType('AWS::Lambda::Function')).toHaveLength(FUNCTIONS.length);
  expect(dev.ofType('AWS::Lambda::Function')).toHaveLength(inDev.length);
  // Two policies stand beside their roles: the flow log's, and that of batches, which names the machine its role is made for.
  const policies = (stage: Assembly) => stage.ofType('AWS::IAM::Policy').map(({ id }) => id.slice(0, 9));
  expect(policies(prod).sort()).toEqual(['BatchRuns', 'VpcFlowLo']);
  expect(policies(dev)).toEqual(['BatchRuns']);
});

it('keeps every log group as long as the stage says', () => {
  for (const stage of [dev, prod]) {
    const groups = stage.ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThanOrEqual(10);
    for (const { id, properties } of groups) {
      expect([id, properties['RetentionInDays']]).toEqual([id, stage.settings.logRetentionDays]);
    }
  }
});

it('grants no action with a star anywhere, and every resource only where AWS knows nothing else', () => {
  const statements = [dev, prod].flatMap((stage) =>
    stage.resources.flatMap(({ id, type, properties }) => {
      const documents = [
        ...((properties['Policies'] ?? []) as { PolicyDocument: unknown }[]).map(
          ({ PolicyDocument }) => PolicyDocument,
        ),
        properties['PolicyDocument'],
      ]
        .filter((document) => document !== undefined)
        // Policies of log groups are text.
        .map(
          (document) => (typeof document === 'string' ? JSON.parse(document) : document) as { Statement: Statement[] },
        );
      return documents.flatMap(({ Statement }) => Statement.map((statement) => ({ id, type, statement })));
    }),
  );
  expect(statements.length).toBeGreaterThan(30);
  const allowed = statements.filter(({ statement }) => statement.Effect === 'Allow');
  for (const { id, statement } of allowed) {
    for (const action of list(statement.Action)) expect(`${id} ${action}`).not.toMatch(/\*/);
  }
  const onEverything = allowed.filter(({ statement }) => list(statement.Resource).includes('*'));
  const onlyOnEverything = new Set<string>([...VPC_POWERS, ...POLLER_POWERS.anyTableStream, ...WORKFLOW_POWERS.logs]);
  expect(
    onEverything.flatMap(({ statement }) => list(statement.Action)).filter((action) => !onlyOnEverything.has(action)),
  ).toEqual([]);
});
