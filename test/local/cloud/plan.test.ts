import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAKE_COLUMNS } from '../../../core/lake/clicks-table.ts';
import { buildApp } from '../../../lib/app.ts';
import { settingsFor } from '../../../lib/config.ts';
import { type Plan, planOf } from '../../../local/cloud/plan.ts';
import { STAND_INS } from '../../../local/cloud/stand-ins.ts';
import type { Stack, Template } from '../../../local/cloud/template.ts';
import { emptyBundles } from '../../infra/assembly.ts';
import { facts } from './small-templates.ts';

describe("Signpost's own templates as a plan", () => {
  const outdir = mkdtempSync(join(tmpdir(), 'signpost-plan-'));
  let plan: Plan;
  let stacks: Stack[];
  beforeAll(() => {
    const settings = settingsFor('laptop', { shortOrigin: 'http://localhost:4001' });
    const assembly = buildApp(settings, { functionsDir: emptyBundles(), outdir }).synth();
    stacks = assembly.stacksRecursively.map(({ stackName, template }) => ({
      name: stackName,
      assetsDir: outdir,
      template: template as Template,
    }));
    plan = planOf(stacks, facts);
  });
  afterAll(() => rmSync(outdir, { recursive: true }));

  const functionNamed = (prefix: string) => plan.functions.find(({ name }) => name.startsWith(prefix));

  test('functions get physical names, the door and the secret in their environment', () => {
    const table = plan.tables.find(({ definition }) => definition.name.startsWith('Links'));
    expect(functionNamed('Redirect')?.env).toMatchObject({
      LINKS_TABLE: table?.definition.name,
      CLICK_STREAM: plan.streams[0]?.name,
      ORIGIN_SECRET: expect.stringMatching(/^OriginSecret\w+ of 48$/) as string,
      CACHE_URL: expect.stringMatching(/^rediss:\/\/signpost-laptop\./) as string,
    });
    expect(functionNamed('Links')?.env['SHORT_ORIGIN']).toBe('http://localhost:4001');
  });

  test('the secret in front of the function is the one inside it', () => {
    const [short] = plan.distributions.map(({ behaviors }) => behaviors.at(-1)?.origin);
    expect(short?.customHeaders['x-origin-verify']).toBe(functionNamed('Redirect')?.env['ORIGIN_SECRET']);
  });

  test('one distribution stands before each API, and answers as the policy of its template says', () => {
    const fronted = plan.distributions.map(({ behaviors }) => behaviors.at(-1)?.origin);
    expect(fronted.map((origin) => [origin?.from.kind, origin?.path])).toEqual([
      ['http-api', ''],
      ['rest-api', `/${plan.restApis[0]?.stageName}`],
    ]);
    expect(plan.distributions[0]?.behaviors.at(-1)).toMatchObject({
      viewerRequestCode: expect.stringContaining('x-forwarded-host') as string,
      responseHeaders: expect.arrayContaining([
        { name: 'x-content-type-options', value: 'nosniff', override: true },
      ]) as unknown,
    });
  });

  test('tables have their keys, indexes, stream and time to live', () => {
    const counts = plan.tables.find(({ definition }) => definition.name.startsWith('Counts'))?.definition;
    expect(counts).toMatchObject({
      partitionKey: 'pk',
      sortKey: 'sk',
      ttlAttribute: 'ttl_s',
      attributes: { pk: 'S', sk: 'S', workspace_id: 'S', total: 'N' },
      indexes: [{ name: 'byWorkspaceClicks', partitionKey: 'workspace_id', sortKey: 'total', projection: 'ALL' }],
    });
    const links = plan.tables.find(({ definition }) => definition.name.startsWith('Links'));
    expect(links?.definition.streamViewType).toBe('NEW_IMAGE');
    expect(links?.streamArn).toMatch(/:table\/Links\w+\/stream\//);
  });

  test('the signing keys are a secret that a function rotates, at once and every 30 days', () => {
    const keys = plan.secrets.find(({ name }) => name.startsWith('SigningKeys'));
    const rotateKeys = functionNamed('RotateKeys');
    expect(keys).toMatchObject({
      arn: expect.stringMatching(
        /^arn:aws:secretsmanager:us-east-1:000000000000:secret:SigningKeys\w+-\w{6}$/,
      ) as string,
      literal: '{"keys":[]}',
      rotation: { functionName: rotateKeys?.name, functionArn: rotateKeys?.arn, everyS: 30 * 86_400, atOnce: true },
    });
    expect(functionNamed('Auth')?.env['SIGNING_KEYS_SECRET']).toBe(keys?.arn);
    expect(plan.secrets.find(({ name }) => name.startsWith('OriginSecret'))?.rotation).toBeNull();
  });

  test('jobs of the outbox are told apart by the prefix of their key', () => {
    const outbox = plan.tables.find(({ definition }) => definition.name.startsWith('Outbox'));
    expect(outbox?.definition.streamViewType).toBe('KEYS_ONLY');
    const followers = plan.eventSources.filter(({ streamArn }) => streamArn === outbox?.streamArn);
    const jobs = followers.map(({ functionName, filters }) => [functionName.slice(0, 4), filters]);
    const filter = (prefix: string) => [
      { eventName: expect.arrayContaining(['INSERT']) as unknown, dynamodb: { Keys: { pk: { S: [{ prefix }] } } } },
    ];
    expect(jobs).toEqual([
      ['Mail', filter('mail#')],
      ['Eras', filter('erase#')],
    ]);
  });

  test('event sources keep every rule of the template, filters parsed', () => {
    const cacheSync = plan.eventSources.find(({ functionName }) => functionName.startsWith('CacheSync'));
    expect(cacheSync).toMatchObject({
      kind: 'dynamodb',
      filters: [{ dynamodb: { Keys: { sk: { S: ['link'] } } } }],
      maxRecordAgeS: 60,
      onFailureBucketArn: null,
    });
    const counts = plan.eventSources.find(({ functionName }) => functionName.startsWith('ClicksToCounts'));
    expect(counts).toMatchObject({
      kind: 'kinesis',
      maxRetries: 5,
      bisectsOnError: true,
      reportsItemFailures: true,
      onFailureBucketArn: expect.stringContaining('arn:aws:s3:::') as string,
    });
  });

  test('one bus has one rule, for what the product announces, that writes it down', () => {
    expect(plan.eventBuses).toEqual([
      {
        name: 'signpost-laptop',
        arn: 'arn:aws:events:us-east-1:000000000000:event-bus/signpost-laptop',
        rules: [
          {
            name: 'signpost-laptop-event-log',
            pattern: { source: ['signpost'] },
            logGroups: ['/aws/events/signpost-laptop'],
          },
        ],
      },
    ]);
    expect(functionNamed('Announce')?.env).toMatchObject({ EVENT_BUS: 'signpost-laptop' });
  });

  test('the bucket of failed records is there, and forgets after 30 days', () => {
    const arns = plan.eventSources.flatMap(({ onFailureBucketArn }) => onFailureBucketArn ?? []);
    expect(plan.buckets).toContainEqual({
      name: expect.stringMatching(/^FailedRecords/) as string,
      arn: arns[0],
      cors: [],
      expiry: [{ prefix: '', days: 30, abortUploadsAfterDays: null }],
    });
  });

  test('one delivery stream brings the click stream into the lake, as rows that its function makes', () => {
    const [delivery, ...others] = plan.deliveryStreams;
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      sourceName: plan.streams[0]?.name,
      bucketName: expect.stringMatching(/^LakeBucket/) as string,
      prefix: 'clicks/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/',
      transform: {
        functionName: expect.stringMatching(/^ClicksToRowsFunction/) as string,
        retries: 3,
        bufferBytes: 1_048_576,
      },
      columns: LAKE_COLUMNS,
    });
  });

  test('each function and delivery has its role, and no statement is left with an intrinsic in it', () => {
    const holders = [...plan.functions, ...plan.deliveryStreams, ...plan.stateMachines];
    expect(plan.roles.map(({ name }) => name).sort()).toEqual(holders.map(({ roleName }) => roleName).sort());
    expect(JSON.stringify(plan.roles)).not.toMatch(/"(Ref|Fn::)/);
    const redirect = plan.roles.find(({ name }) => name.startsWith('Redirect'));
    expect(redirect?.statements).toContainEqual({
      effect: 'Allow',
      actions: ['kinesis:DescribeStreamSummary', 'kinesis:PutRecords'],
      resources: [plan.streams[0]?.arn],
    });
  });

  test('what nothing stands in for is listed with a reason', () => {
    for (const { reason } of plan.ignored) expect(reason).not.toBe('');
    expect(plan.ignored.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['AWS::EC2::VPC', 'AWS::S3::BucketPolicy']),
    );
    expect(STAND_INS.map(([service]) => service)).toContain('S3');
  });

  test('resolving takes milliseconds', () => {
    const startedMs = performance.now();
    for (let round = 0; round < 5; round += 1) planOf(stacks, facts);
    // 8 ms were measured; a laptop under load gets twenty times as long.
    expect((performance.now() - startedMs) / 5).toBeLessThan(160);
  });
});
