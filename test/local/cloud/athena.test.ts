import { type PlanFacts, planOf } from '../../../local/cloud/plan.ts';
import type { Resource } from '../../../local/cloud/template.ts';
import { assemblyOf } from '../../infra/assembly.ts';

const facts: PlanFacts = { doorDomain: () => 'localhost', secretValue: () => 'secret' };
const planned = (resources: Record<string, Resource>) =>
  planOf([{ name: 'lake', assetsDir: '', template: { Resources: resources } }], facts);

const LOCATION = 's3://lake/clicks/';
const workgroup = (configuration: object): Resource => ({
  Type: 'AWS::Athena::WorkGroup',
  Properties: {
    Name: 'asking',
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      ResultConfiguration: { OutputLocation: 's3://results/queries/' },
      ...configuration,
    },
  },
});
const table = (parameters: object, storage: object = {}): Resource => ({
  Type: 'AWS::Glue::Table',
  Properties: {
    DatabaseName: 'signpost_test',
    TableInput: {
      Name: 'clicks',
      PartitionKeys: [{ Name: 'dt', Type: 'string' }],
      Parameters: {
        'projection.enabled': 'true',
        'storage.location.template': `${LOCATION}dt=\${dt}/`,
        ...parameters,
      },
      StorageDescriptor: {
        Location: LOCATION,
        Columns: [{ Name: 'id', Type: 'string' }],
        SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        ...storage,
      },
    },
  },
});

test('a workgroup has its limit and the place of its answers', () => {
  expect(planned({ Group: workgroup({ BytesScannedCutoffPerQuery: 10_000_000 }) }).workgroups).toEqual([
    {
      name: 'asking',
      arn: 'arn:aws:athena:us-east-1:000000000000:workgroup/asking',
      outputBucket: 'results',
      outputPrefix: 'queries/',
      cutoffBytes: 10_000_000,
    },
  ]);
});

test('a table has its columns, its partitions and the place of its files', () => {
  expect(planned({ Table: table({}) }).glueTables).toEqual([
    {
      database: 'signpost_test',
      name: 'clicks',
      columns: [{ name: 'id', type: 'string' }],
      partitions: [{ name: 'dt', type: 'string' }],
      bucketName: 'lake',
      prefix: 'clicks/',
    },
  ]);
});

test.each<[string, Resource, RegExp]>([
  ['a workgroup whose queries choose', workgroup({ EnforceWorkGroupConfiguration: false }), /enforce/],
  [
    'answers that end nowhere',
    workgroup({ ResultConfiguration: { OutputLocation: 's3://results' } }),
    /s3:\/\/results is no place in a bucket/,
  ],
  [
    'partitions of a crawler',
    table({ 'projection.enabled': 'false' }),
    /projected to s3:\/\/lake\/clicks\/dt=\$\{dt\}\//,
  ],
  ['partitions elsewhere', table({ 'storage.location.template': `${LOCATION}\${dt}/` }), /projected to/],
  [
    'a table of JSON',
    table({}, { SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' } }),
    /Parquet only/,
  ],
])('%s cannot be played', (_, resource, reason) => {
  expect(() => planned({ One: resource })).toThrow(reason);
});

test("Signpost's own tables lie in one database, below prefixes of one bucket", () => {
  const tables = assemblyOf('laptop').ofType('AWS::Glue::Table');
  expect(new Set(tables.map(({ properties }) => properties['DatabaseName']))).toEqual(new Set(['signpost_laptop']));
});
