import { TABLES, type TableFacts, type TableName } from '../../adapters/table.ts';
import { type Assembly, assemblyOf, type Properties } from './assembly.ts';

const dev = assemblyOf('dev');
const prod = assemblyOf('prod');
const tableNames = Object.keys(TABLES) as TableName[];
const idPrefix = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Table`;
const GLOBAL_TABLE = 'AWS::DynamoDB::GlobalTable';

describe.each(tableNames)('the table %s', (name) => {
  const facts: TableFacts = TABLES[name];
  const table = prod.one(GLOBAL_TABLE, idPrefix(name));
  const replica = (table.properties['Replicas'] as Properties[])[0] as Properties;

  it('has the keys, indexes, stream and expiry of adapters/table.ts', () => {
    const keyNames = (schema: unknown) => (schema as { AttributeName: string }[]).map((key) => key.AttributeName);
    expect(keyNames(table.properties['KeySchema'])).toEqual(facts.sortKey ? ['pk', 'sk'] : ['pk']);
    const indexes = (table.properties['GlobalSecondaryIndexes'] ?? []) as Properties[];
    expect(Object.fromEntries(indexes.map((index) => [index['IndexName'], keyNames(index['KeySchema'])]))).toEqual(
      Object.fromEntries(
        Object.entries(facts.indexes).map(([index, { partitionKey, sortKey }]) => [
          index,
          [partitionKey, sortKey.name],
        ]),
      ),
    );
    expect(table.properties['StreamSpecification']).toEqual(
      facts.stream === undefined ? undefined : { StreamViewType: facts.stream },
    );
    expect(table.properties['TimeToLiveSpecification']).toEqual(
      facts.timeToLiveAttribute === undefined ? undefined : { AttributeName: facts.timeToLiveAttribute, Enabled: true },
    );
    expect(table.properties['BillingMode']).toBe('PAY_PER_REQUEST');
  });

  it('can be restored to any second unless it is there to forget, and in prod is neither deleted nor replaced away', () => {
    expect(replica['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: facts.forgets !== true });
    expect(replica['DeletionProtectionEnabled']).toBe(true);
    expect(table.deletionPolicy).toBe('Retain');
  });

  it('is encrypted with the stage’s own key in prod and with AWS’s in dev', () => {
    expect(table.properties['SSESpecification']).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
    expect(replica['SSESpecification']).toEqual({ KMSMasterKeyId: expect.stringMatching(/^<Key\w+\.Arn>$/) });
    const devTable = dev.one(GLOBAL_TABLE, idPrefix(name));
    expect(devTable.properties['SSESpecification']).toEqual({ SSEEnabled: false });
    expect(devTable.deletionPolicy).toBe('Delete');
  });
});

it('has no tables but those of adapters/table.ts', () => {
  expect(prod.ofType(GLOBAL_TABLE)).toHaveLength(tableNames.length);
  expect(prod.ofType('AWS::DynamoDB::Table')).toHaveLength(0);
});

it('protects the data, the lake and the printed short domain from termination in prod only', () => {
  const protectedStacks = (stage: typeof dev) =>
    stage.stacks.filter(({ terminationProtection }) => terminationProtection).map(({ name }) => name);
  expect(protectedStacks(prod).sort()).toEqual(['data', 'lake', 'qr', 'short-domain']);
  expect(protectedStacks(dev)).toEqual([]);
});

it('keeps both secrets in prod, and starts without signing keys', () => {
  for (const [idPrefix, stage, policy] of [
    ['OriginSecret', prod, 'Retain'],
    ['SigningKeys', prod, 'Retain'],
    ['SigningKeys', dev, 'Delete'],
  ] as const) {
    expect(stage.one('AWS::SecretsManager::Secret', idPrefix).deletionPolicy).toBe(policy);
  }
  // Another text here would be written over the live keys and end every sign-in.
  expect(prod.one('AWS::SecretsManager::Secret', 'SigningKeys').properties['SecretString']).toBe('{"keys":[]}');
});

it('has no backup of what must be forgotten or is gone in minutes', () => {
  expect(tableNames.filter((name) => (TABLES[name] as TableFacts).forgets)).toEqual(['clickSpool', 'salts', 'live']);
});

it('tells the followers of the outbox keys only, so that no stream holds a mail', () => {
  expect(prod.one(GLOBAL_TABLE, 'OutboxTable').properties['StreamSpecification']).toEqual({
    StreamViewType: 'KEYS_ONLY',
  });
});

it('copies no password hash into an index of accounts', () => {
  const indexes = prod.one(GLOBAL_TABLE, 'AccountsTable').properties['GlobalSecondaryIndexes'] as Properties[];
  for (const index of indexes) expect(index['Projection']).toEqual({ ProjectionType: 'KEYS_ONLY' });
});

it('encrypts the click stream and keeps it in prod', () => {
  const stream = prod.one('AWS::Kinesis::Stream', 'Clicks');
  expect(stream.properties['StreamEncryption']).toMatchObject({ EncryptionType: 'KMS' });
  expect(stream.properties['StreamModeDetails']).toEqual({ StreamMode: 'ON_DEMAND' });
  expect(stream.deletionPolicy).toBe('Retain');
  expect(dev.one('AWS::Kinesis::Stream', 'Clicks').properties).toMatchObject({
    ShardCount: 1,
    StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
  });
});

const readByItsDistribution = (stage: Assembly, bucketId: string) => {
  const [short] = stage.ofType('AWS::CloudFront::Distribution').filter(({ stack }) => stack === 'short-domain');
  const sourceArn = expect.stringMatching(new RegExp(`:distribution/<${short?.id}>$`));
  return {
    Effect: 'Allow',
    Action: 's3:GetObject',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Resource: `<${bucketId}.Arn>/*`,
    Condition: { StringEquals: { 'AWS:SourceArn': sourceArn } },
  };
};

it('makes every bucket private, encrypted and TLS-only', () => {
  for (const stage of [dev, prod]) {
    const buckets = stage.ofType('AWS::S3::Bucket');
    expect(buckets.length).toBeGreaterThan(0);
    for (const bucket of buckets) {
      expect(bucket.properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: expect.anything(),
      });
      const statements = stage
        .ofType('AWS::S3::BucketPolicy')
        .filter(({ properties }) => properties['Bucket'] === `<${bucket.id}>`)
        .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Properties[] }).Statement);
      // Plain HTTP is denied, and nobody but the distribution in front of the images is granted anything.
      expect(statements).toEqual([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ...(bucket.id.startsWith('Images') ? [readByItsDistribution(stage, bucket.id)] : []),
      ]);
    }
  }
});

it('rotates the stage’s own key and opens it to this account through three services only', () => {
  const { properties } = prod.one('AWS::KMS::Key', 'Key');
  expect(properties['EnableKeyRotation']).toBe(true);
  const { Statement } = properties['KeyPolicy'] as { Statement: Properties[] };
  const open = Statement.filter(({ Principal }) => (Principal as Properties)['AWS'] === '*');
  expect(open.map(({ Condition }) => Condition)).toEqual([
    {
      StringEquals: {
        'kms:CallerAccount': '<AWS::AccountId>',
        'kms:ViaService': ['dynamodb', 'kinesis', 's3'].map((service) => `${service}.<AWS::Region>.amazonaws.com`),
      },
    },
  ]);
  expect(dev.ofType('AWS::KMS::Key')).toHaveLength(0);
});
