import { BATCH_JOB_PREFIX } from '../../adapters/table.ts';
import { ENDED_STATUSES } from '../../core/batches/ended-statuses.ts';
import { type Assembly, assemblyOf, type Properties } from './assembly.ts';

const prod = assemblyOf('prod');
const dev = assemblyOf('dev');
const attributeOf = (type: string, prefix: string, name: string) => `<${prod.one(type, prefix).id}.${name}>`;

describe('The event bus', () => {
  it('is one of the product’s own that outlives everything else in prod, by a name for each stage', () => {
    const busOf = (stage: Assembly) => stage.one('AWS::Events::EventBus', 'EventBus');
    expect([dev, prod].map((stage) => [busOf(stage).properties['Name'], busOf(stage).stack])).toEqual([
      ['signpost-dev', 'data'],
      ['signpost-prod', 'data'],
    ]);
    // What is kept when its stack goes would have the name that the next one wants.
    expect([dev, prod].map((stage) => busOf(stage).deletionPolicy)).toEqual([undefined, undefined]);
    expect(prod.ofType('AWS::Events::EventBus')).toHaveLength(1);
    // Nobody else's account may tell it anything.
    expect(prod.ofType('AWS::Events::EventBusPolicy')).toEqual([]);
    expect(prod.outputs.get('streams.EventBusName')).toBe(`<${busOf(prod).id}>`);
  });

  it('is told of batches that have just ended, ten at once, for a day, keeping what fails', () => {
    const mapping = prod.one('AWS::Lambda::EventSourceMapping', 'AnnounceFeed').properties;
    expect(mapping).toMatchObject({
      EventSourceArn: attributeOf('AWS::DynamoDB::GlobalTable', 'JobsTable', 'StreamArn'),
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 24 * 3_600,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/^<FailedRecords\w+\.Arn>$/) } },
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    const { Filters } = mapping['FilterCriteria'] as { Filters: { Pattern: string }[] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
      {
        dynamodb: {
          Keys: { sk: { S: [{ prefix: BATCH_JOB_PREFIX }] } },
          NewImage: { status: { S: ENDED_STATUSES }, cleanup: { S: [{ 'anything-but': ['done'] }] } },
        },
      },
    ]);
  });

  it('is spoken to by one role, which may do nothing else', () => {
    const speakers = prod
      .ofType('AWS::IAM::Role')
      .filter(({ properties }) => JSON.stringify(properties).includes('events:'));
    expect(speakers.map(({ id }) => id.replace(/Role.*/, ''))).toEqual(['Announce']);
  });
});

describe('The event log', () => {
  const rule = prod.one('AWS::Events::Rule', 'EventLogRule');
  const [logGroup, queue] = [
    prod.one('AWS::Logs::LogGroup', 'EventLogLogs'),
    prod.one('AWS::SQS::Queue', 'EventLogUndelivered'),
  ];

  it('writes down all that the product announces and nothing else, for as long as the stage says', () => {
    expect(rule.properties).toMatchObject({
      Name: 'signpost-prod-event-log',
      EventBusName: `<${prod.one('AWS::Events::EventBus', 'EventBus').id}>`,
      EventPattern: { source: ['signpost'] },
      Targets: [
        {
          Id: 'Log',
          Arn: `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:<${logGroup.id}>`,
          DeadLetterConfig: { Arn: `<${queue.id}.Arn>` },
        },
      ],
    });
    expect(Object.keys(rule.properties)).not.toContain('State');
    expect(prod.ofType('AWS::Events::Rule')).toHaveLength(1);
    expect(logGroup.properties).toMatchObject({ LogGroupName: '/aws/events/signpost-prod', RetentionInDays: 365 });
  });

  it('may be written by EventBridge, and no other log group', () => {
    const [policy, ...others] = prod.ofType('AWS::Logs::ResourcePolicy');
    expect(others).toEqual([]);
    expect(policy?.properties['PolicyName']).toBe('signpost-prod-event-log');
    expect((JSON.parse(String(policy?.properties['PolicyDocument'])) as Properties)['Statement']).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `<${logGroup.id}.Arn>`,
      },
    ]);
  });

  it('keeps what it could not write for two weeks, encrypted, from that rule only and over TLS', () => {
    expect(queue.properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    const [policy] = prod.ofType('AWS::SQS::QueuePolicy');
    expect(policy?.properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: `<${queue.id}.Arn>`,
          Condition: { ArnEquals: { 'aws:SourceArn': `<${rule.id}.Arn>` } },
        },
      ],
    });
  });

  it('rings when something was not written, and while it waits', () => {
    const alarm = prod
      .ofType('AWS::CloudWatch::Alarm')
      .find(({ properties }) => properties['AlarmName'] === 'signpost-prod-events-undelivered');
    const metrics = ((alarm?.properties['Metrics'] ?? []) as { MetricStat?: { Metric: object } }[]).flatMap(
      ({ MetricStat }) => MetricStat?.Metric ?? [],
    );
    expect(metrics).toEqual([
      {
        Namespace: 'AWS/Events',
        MetricName: 'FailedInvocations',
        Dimensions: [
          { Name: 'EventBusName', Value: `<${prod.one('AWS::Events::EventBus', 'EventBus').id}>` },
          { Name: 'RuleName', Value: 'signpost-prod-event-log' },
        ],
      },
      {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: `<${queue.id}.QueueName>` }],
      },
    ]);
  });
});
