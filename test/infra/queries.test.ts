import { ASKS_CLICKS } from '../../lib/lake-powers.ts';
import { FUNCTION_POWERS } from '../../lib/powers.ts';
import { assemblyOf } from './assembly.ts';

const prod = assemblyOf('prod');
const dev = assemblyOf('dev');
const results = prod.one('AWS::S3::Bucket', 'Results');
const workgroupOf = (stage: typeof prod) => stage.one('AWS::Athena::WorkGroup', '').properties;

describe('The workgroup that asks the lake', () => {
  it('lets no query choose its engine, its place for answers or its encryption', () => {
    expect(workgroupOf(prod)).toMatchObject({
      Name: 'signpost-prod',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
        PublishCloudWatchMetricsEnabled: true,
        ResultConfiguration: {
          OutputLocation: `s3://<${results.id}>/queries/`,
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: expect.stringMatching(/^<Key\w+\.Arn>$/) },
        },
      },
    });
    expect(workgroupOf(dev)).toMatchObject({
      WorkGroupConfiguration: { ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } } },
    });
  });

  it.each([dev, prod])('cancels what reads more than the settings say', (stage) => {
    expect(workgroupOf(stage)).toMatchObject({
      WorkGroupConfiguration: { BytesScannedCutoffPerQuery: stage.settings.lake.queryCutoffGb * 1e9 },
    });
  });

  it('is told to whoever wants to ask by hand, with the database and both buckets', () => {
    for (const output of ['QueryWorkgroup', 'LakeTable', 'LakeBucket', 'ResultsBucket'])
      expect(prod.outputs.get(`lake.${output}`)).toBeDefined();
  });
});

describe('The bucket of results', () => {
  it('is encrypted with the key of the stage', () => {
    expect(results.properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
    });
  });

  it('forgets answers after a day and reports after thirty', () => {
    expect(results.properties['LifecycleConfiguration']).toEqual({
      Rules: [
        { Id: 'Queries', Status: 'Enabled', Prefix: 'queries/', ExpirationInDays: 1 },
        { Id: 'Reports', Status: 'Enabled', Prefix: 'reports/', ExpirationInDays: 30 },
        { Id: 'Unfinished', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      ],
    });
  });
});

describe('Whoever asks', () => {
  const askers = Object.entries(FUNCTION_POWERS).filter(([, { may }]) => may.queryWorkgroup !== undefined);

  it('may do all that Athena does in its name, however it reads the answer', () => {
    expect(askers.length).toBeGreaterThan(0);
    const { queryWorkgroup: _, ...inItsName } = ASKS_CLICKS;
    for (const [name, { may }] of askers)
      for (const [place, actions] of Object.entries(inItsName))
        expect([name, place, may[place as keyof typeof ASKS_CLICKS]]).toEqual([
          name,
          place,
          expect.arrayContaining([...actions]),
        ]);
  });

  it('may write nowhere but below the prefix of answers, and cannot change a table', () => {
    const actions = Object.values(ASKS_CLICKS).flatMap((all): readonly string[] => all);
    expect(actions.filter((action) => /^glue:(?!Get)|Delete|Create|Update|^kms:/.test(action))).toEqual([]);
    const writing = Object.entries(ASKS_CLICKS).filter(([, all]) =>
      (all as readonly string[]).includes('s3:PutObject'),
    );
    expect(writing.map(([place]) => place)).toEqual(['queryResults']);
  });
});
