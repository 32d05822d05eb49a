import { CLICK_COLUMNS } from '../../core/clicks/row.ts';
import { ROLL_UPS_COLUMNS, ROLLED_UP_BY, rollUpKey } from '../../core/lake/roll-ups-table.ts';
import { assemblyOf, type Properties } from './assembly.ts';

const prod = assemblyOf('prod');
const dev = assemblyOf('dev');
const bucket = prod.one('AWS::S3::Bucket', 'Lake');
const delivery = prod.one('AWS::KinesisFirehose::DeliveryStream', '').properties;
const destination = delivery['ExtendedS3DestinationConfiguration'] as Properties;
const tableOf = (id: string) => prod.one('AWS::Glue::Table', `Catalog${id}`).properties['TableInput'] as Properties;
const table = tableOf('Clicks');
const role = prod.one('AWS::IAM::Role', 'DeliveryRole').properties;

type Statement = { Sid: string; Effect: string; Action: string | string[]; Resource: string | string[] };
const statements = (role['Policies'] as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
  ({ PolicyDocument }) => PolicyDocument.Statement,
);
const listOf = (value: string | string[]): string[] => [value].flat();

describe('The bucket of the lake', () => {
  it('is kept as the data are, encrypted with the key of the stage, without versions', () => {
    expect(prod.stacks).toContainEqual({ name: bucket.stack, terminationProtection: true });
    expect([bucket.deletionPolicy, dev.one('AWS::S3::Bucket', 'Lake').deletionPolicy]).toEqual(['Retain', 'Delete']);
    expect(bucket.properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: expect.stringMatching(/^<Key\w+\.Arn>$/),
            },
          },
        ],
      },
    });
    expect(bucket.properties).not.toHaveProperty('VersioningConfiguration');
  });

  it('keeps clicks as long as the settings say, and what failed for 90 days', () => {
    const { lake } = prod.settings;
    expect(bucket.properties['LifecycleConfiguration']).toEqual({
      Rules: [
        { Id: 'Clicks', Status: 'Enabled', Prefix: 'clicks/', ExpirationInDays: lake.keptDays },
        { Id: 'RollUps', Status: 'Enabled', Prefix: 'rollups/', ExpirationInDays: lake.keptDays },
        { Id: 'processing-failed', Status: 'Enabled', Prefix: 'processing-failed/', ExpirationInDays: 90 },
        {
          Id: 'format-conversion-failed',
          Status: 'Enabled',
          Prefix: 'format-conversion-failed/',
          ExpirationInDays: 90,
        },
        { Id: 'Unfinished', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      ],
    });
  });
});

describe('The table of clicks', () => {
  it('has the columns of a click, in order, with a timestamp for its time', () => {
    const { Columns } = table['StorageDescriptor'] as { Columns: { Name: string; Type: string }[] };
    expect(Columns.map(({ Name }) => Name)).toEqual(
      Object.keys(CLICK_COLUMNS).map((column) => (column === 'at_ms' ? 'clicked_at' : column)),
    );
    const types = Object.fromEntries(Columns.map(({ Name, Type }) => [Name, Type]));
    expect(types).toMatchObject({ id: 'string', clicked_at: 'timestamp', tags: 'array<string>', bot: 'boolean' });
  });

  it('works its partitions out, by day and hour, where Firehose writes them', () => {
    expect(table['PartitionKeys']).toEqual([
      { Name: 'dt', Type: 'string' },
      { Name: 'hr', Type: 'int' },
    ]);
    const parameters = table['Parameters'] as Record<string, string>;
    expect(parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': expect.stringMatching(/^\d{4}-01-01,NOW$/),
      'projection.hr.type': 'integer',
      'projection.hr.range': '0,23',
      'projection.hr.digits': '2',
    });
    const template = parameters['storage.location.template'] ?? '';
    const prefix = String(destination['Prefix']);
    expect(template.replace(/^s3:\/\/<\w+>\//, '')).toBe('clicks/dt=${dt}/hr=${hr}/');
    expect(prefix).toBe('clicks/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/');
  });
});

describe('The table of roll-ups', () => {
  const rollUps = tableOf('RollUps');

  it('has the columns that hours are written with', () => {
    const { Columns } = rollUps['StorageDescriptor'] as { Columns: { Name: string; Type: string }[] };
    expect(Columns.map(({ Name, Type }) => ({ name: Name, type: Type }))).toEqual(ROLL_UPS_COLUMNS);
    for (const column of ROLLED_UP_BY) expect(Columns).toContainEqual(expect.objectContaining({ Name: column }));
  });

  it('works its partitions out, by the day of the visits, where hours are written', () => {
    expect(rollUps['PartitionKeys']).toEqual([{ Name: 'dt', Type: 'string' }]);
    const parameters = rollUps['Parameters'] as Record<string, string>;
    expect(parameters).toMatchObject({ 'projection.enabled': 'true', 'projection.dt.type': 'date' });
    const template = (parameters['storage.location.template'] ?? '').replace(/^s3:\/\/<\w+>\//, '');
    expect(template).toBe('rollups/dt=${dt}/');
    expect(rollUpKey('2026-03-12T09')).toBe(`${template.replace('${dt}', '2026-03-12')}09.parquet`);
  });
});

describe('Firehose', () => {
  it('reads the click stream and writes Parquet of the table, in files as big and as late as the settings say', () => {
    expect(delivery).toMatchObject({
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN: expect.stringMatching(/^<Clicks\w+\.Arn>$/) },
    });
    const { bufferMb, bufferS } = prod.settings.lake;
    expect(destination).toMatchObject({
      BucketARN: `<${bucket.id}.Arn>`,
      ErrorOutputPrefix: '!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
      BufferingHints: { SizeInMBs: bufferMb, IntervalInSeconds: bufferS },
      CompressionFormat: 'UNCOMPRESSED',
      CloudWatchLoggingOptions: { Enabled: true, LogStreamName: 'delivery' },
      DataFormatConversionConfiguration: {
        Enabled: true,
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
        OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
        SchemaConfiguration: { DatabaseName: 'signpost_prod', TableName: 'clicks' },
      },
    });
  });

  it('has rows made by clicks-to-rows, which is asked three times more when it fails', () => {
    const { Processors } = destination['ProcessingConfiguration'] as {
      Processors: { Parameters: { ParameterName: string; ParameterValue: string }[] }[];
    };
    const parameters = Processors.flatMap(({ Parameters }) => Parameters);
    expect(
      Object.fromEntries(parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue])),
    ).toEqual({
      LambdaArn: expect.stringMatching(/^<ClicksToRowsFunction\w+\.Arn>:\$LATEST$/),
      RoleArn: expect.stringMatching(/^<DeliveryRole\w+\.Arn>$/),
      NumberOfRetries: '3',
      BufferSizeInMBs: '1',
      BufferIntervalInSeconds: '60',
    });
  });

  it('may do what it needs, each on one place, and write below its three prefixes only', () => {
    const places = Object.fromEntries(statements.map(({ Sid, Resource }) => [Sid, listOf(Resource)]));
    expect(places).toEqual({
      ReadClickStream: [expect.stringMatching(/^<Clicks\w+\.Arn>$/)],
      AskTransform: [expect.stringMatching(/^<ClicksToRowsFunction\w+\.Arn>:\$LATEST$/)],
      LookUpTable: [':catalog', ':database/signpost_prod', ':table/signpost_prod/clicks'].map((end) =>
        expect.stringMatching(new RegExp(`${end}$`)),
      ),
      FindLake: [`<${bucket.id}.Arn>`],
      WriteLake: ['clicks', 'processing-failed', 'format-conversion-failed'].map(
        (prefix) => `<${bucket.id}.Arn>/${prefix}/*`,
      ),
      OwnLogs: [expect.stringMatching(/^<DeliveryLogs\w+\.Arn>$/)],
    });
    const actions = statements.flatMap(({ Action }) => listOf(Action));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(actions).not.toContain('s3:DeleteObject');
    expect(actions).not.toContain('s3:GetObject');
    expect(role).not.toHaveProperty('ManagedPolicyArns');
  });
});
