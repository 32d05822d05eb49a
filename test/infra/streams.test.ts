import { ERASURE_PREFIX, LINK_SORT_KEY, MAIL_PREFIX } from '../../adapters/table.ts';
import { isForgotten } from '../../core/clicks/count-window.ts';
import { assemblyOf } from './assembly.ts';

const prod = assemblyOf('prod');
const mappingOf = (prefix: string) => prod.one('AWS::Lambda::EventSourceMapping', prefix).properties;
const failedRecords = { OnFailure: { Destination: expect.stringMatching(/^<FailedRecords\w+\.Arn>$/) } };
const EVERY_MAPPING = {
  StartingPosition: 'TRIM_HORIZON',
  BisectBatchOnFunctionError: true,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  ParallelizationFactor: 1,
};

it('counts clicks in batches of up to 5,000 at once, five times at most, keeping what fails', () => {
  expect(mappingOf('ClicksToCountsFeed')).toMatchObject({
    ...EVERY_MAPPING,
    EventSourceArn: expect.stringMatching(/^<Clicks\w+\.Arn>$/),
    BatchSize: 5_000,
    MaximumBatchingWindowInSeconds: 0,
    MaximumRetryAttempts: 5,
    MaximumRecordAgeInSeconds: 6 * 3_600,
    DestinationConfig: failedRecords,
    MetricsConfig: { Metrics: ['EventCount'] },
  });
});

it('knows the ids of clicks for as long as one that was given up on may be replayed', () => {
  const lifecycle = prod.one('AWS::S3::Bucket', 'FailedRecords').properties['LifecycleConfiguration'];
  const filedDays = (lifecycle as { Rules: { ExpirationInDays: number }[] }).Rules[0]?.ExpirationInDays ?? 0;
  const streamDays = Number(prod.one('AWS::Kinesis::Stream', 'Clicks').properties['RetentionPeriodHours']) / 24;
  const spoolDays = 7;
  const nowMs = Date.UTC(2026, 10, 21);
  const ofDaysAgo = (days: number) => ({ at_ms: nowMs - days * 86_400_000 });
  expect(filedDays).toBe(30);
  expect(isForgotten(ofDaysAgo(spoolDays + streamDays + filedDays), nowMs)).toBe(false);
  expect(isForgotten(ofDaysAgo(40), nowMs)).toBe(true);
});

it('brings spooled clicks back for a day, new ones only, keeping what fails', () => {
  expect(mappingOf('SpoolToStreamFeed')).toMatchObject({
    ...EVERY_MAPPING,
    EventSourceArn: expect.stringMatching(/^<ClickSpoolTable\w+\.StreamArn>$/),
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: 24 * 3_600,
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    DestinationConfig: failedRecords,
    MetricsConfig: { Metrics: ['EventCount'] },
  });
});

it('tells the cache of changed links only, and gives up on old news', () => {
  const mapping = mappingOf('CacheSyncFeed');
  expect(mapping).toMatchObject({
    ...EVERY_MAPPING,
    EventSourceArn: expect.stringMatching(/^<LinksTable\w+\.StreamArn>$/),
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: 60,
  });
  const { Filters } = mapping['FilterCriteria'] as { Filters: { Pattern: string }[] };
  expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
    { dynamodb: { Keys: { sk: { S: [LINK_SORT_KEY] } } } },
  ]);
});

it.each([
  ['mail', 'MailFeed', MAIL_PREFIX, 10, ['INSERT']],
  // A job that needs another turn changes its item.
  ['erase', 'EraseFeed', ERASURE_PREFIX, 100, ['INSERT', 'MODIFY']],
])('gives %s its own jobs for a day, keeping what fails', (_, idPrefix, keyPrefix, BatchSize, eventName) => {
  const mapping = mappingOf(idPrefix);
  expect(mapping).toMatchObject({
    ...EVERY_MAPPING,
    EventSourceArn: expect.stringMatching(/^<OutboxTable\w+\.StreamArn>$/),
    BatchSize,
    MaximumBatchingWindowInSeconds: 0,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: 24 * 3_600,
    DestinationConfig: failedRecords,
    MetricsConfig: { Metrics: ['EventCount'] },
  });
  const { Filters } = mapping['FilterCriteria'] as { Filters: { Pattern: string }[] };
  expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
    { eventName, dynamodb: { Keys: { pk: { S: [{ prefix: keyPrefix }] } } } },
  ]);
});

it('has six followers, five without a cache, and never more than two on the stream of one table', () => {
  const sourcesOf = (stage: typeof prod) =>
    stage
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(({ properties }) =>
        String(properties['EventSourceArn']).replace(/^<([A-Za-z]+?)(Table)?[0-9A-F]{8}.*/, '$1'),
      );
  expect(sourcesOf(prod).sort()).toEqual(['ClickSpool', 'Clicks', 'Jobs', 'Links', 'Outbox', 'Outbox']);
  expect(sourcesOf(assemblyOf('dev')).sort()).toEqual(['ClickSpool', 'Clicks', 'Jobs', 'Outbox', 'Outbox']);
});

it('waits to fill a batch as long as the stage says', () => {
  const patient = assemblyOf('dev', { clicks: { batchWindowS: 7 } });
  expect(patient.one('AWS::Lambda::EventSourceMapping', 'ClicksToCountsFeed').properties).toMatchObject({
    MaximumBatchingWindowInSeconds: 7,
  });
});

it.each(['ForgetSalts', 'RollUp', 'Reconcile'])('calls %s every hour, by a role that can do nothing else', (name) => {
  const called = `<${prod.one('AWS::Lambda::Function', `${name}Function`).id}.Arn>`;
  const role = prod.one('AWS::IAM::Role', `${name}Hourly`);
  expect(prod.one('AWS::Scheduler::Schedule', `${name}Hourly`).properties).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: called, RoleArn: `<${role.id}.Arn>` },
  });
  expect(role.properties['Policies']).toEqual([
    expect.objectContaining({
      PolicyDocument: expect.objectContaining({
        Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: called }],
      }),
    }),
  ]);
  expect(role.properties['AssumeRolePolicyDocument']).toMatchObject({
    Statement: [
      {
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ],
  });
});

it('makes a metric of what reconcile says, and of nothing else', () => {
  const filter = prod.one('AWS::Logs::MetricFilter', 'Reconciled').properties;
  expect(filter).toMatchObject({
    LogGroupName: `<${prod.one('AWS::Logs::LogGroup', 'ReconcileLogs').id}>`,
    FilterPattern: '{ $.message = "reconciled" }',
    MetricTransformations: [
      { MetricNamespace: 'Signpost/prod', MetricName: 'ReconcileDifference', MetricValue: '$.difference' },
    ],
  });
});
