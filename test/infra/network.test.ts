import { type Assembly, assemblyOf, type Properties } from './assembly.ts';

const vpcStage = assemblyOf('prod');
const publicStage = assemblyOf('prod', { cache: { mode: 'public' } });
const noneStage = assemblyOf('prod', { cache: { mode: 'none' } });
const cacheOf = (stage: Assembly) => stage.one('AWS::ElastiCache::ServerlessCache', 'HotCache').properties;
const redirectEnv = (stage: Assembly) =>
  (stage.one('AWS::Lambda::Function', 'RedirectFunction').properties['Environment'] as { Variables: Properties })
    .Variables;

describe.each([
  { mode: 'vpc', stage: vpcStage },
  { mode: 'public', stage: publicStage },
])('the cache in mode $mode', ({ stage }) => {
  it('is Valkey, entered by one user with an IAM token over TLS', () => {
    expect(cacheOf(stage)).toMatchObject({
      Engine: 'valkey',
      UserGroupId: expect.stringMatching(/^<HotCacheUserGroup/),
    });
    const users = stage.ofType('AWS::ElastiCache::User');
    expect(users.map(({ properties }) => properties)).toEqual([
      expect.objectContaining({
        Engine: 'valkey',
        UserName: 'signpost-prod-functions',
        AuthenticationMode: { Type: 'iam' },
      }),
    ]);
    // No user called `default`, so a client without a token is nobody.
    expect(stage.one('AWS::ElastiCache::UserGroup', 'HotCache').properties['UserIds']).toEqual([`<${users[0]?.id}>`]);
    expect(redirectEnv(stage)['CACHE_URL']).toMatch(
      /^rediss:\/\/<HotCache\w+\.Endpoint\.Address>:<HotCache\w+\.Endpoint\.Port>$/,
    );
  });

  it('lets that user do what the adapters do and nothing dangerous', () => {
    const access = String(stage.one('AWS::ElastiCache::User', 'HotCache').properties['AccessString']);
    expect(access).toContain('-@all');
    expect(access.split(' ').filter((rule) => rule.startsWith('+'))).toEqual([
      '+@connection',
      '+get',
      '+set',
      '+del',
      '+cluster|slots',
    ]);
    expect(access).toContain('-@dangerous');
  });

  it('gives functions the name and the user the token is made for', () => {
    expect(redirectEnv(stage)).toMatchObject({ CACHE_NAME: 'signpost-prod', CACHE_USER: 'signpost-prod-functions' });
  });
});

it('has a network only in mode vpc: two zones, no way to the internet', () => {
  expect(vpcStage.ofType('AWS::EC2::VPC')).toHaveLength(1);
  expect(vpcStage.ofType('AWS::EC2::Subnet')).toHaveLength(2);
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP', 'AWS::EC2::Route']) {
    expect(vpcStage.ofType(type)).toEqual([]);
  }
  for (const stage of [publicStage, noneStage]) {
    expect(stage.resources.filter(({ type }) => type.startsWith('AWS::EC2::'))).toEqual([]);
  }
});

it('reaches DynamoDB and Kinesis through endpoints that pass our tables and our stream only', () => {
  const endpoints = vpcStage.ofType('AWS::EC2::VPCEndpoint').map(({ properties }) => properties);
  expect(
    Object.fromEntries(endpoints.map((endpoint) => [endpoint['ServiceName'], endpoint['VpcEndpointType']])),
  ).toEqual({
    'com.amazonaws.<AWS::Region>.dynamodb': 'Gateway',
    'com.amazonaws.<AWS::Region>.kinesis-streams': 'Interface',
  });
  for (const endpoint of endpoints) {
    const { Statement } = endpoint['PolicyDocument'] as { Statement: { Resource: string }[] };
    expect(Statement.length).toBeGreaterThan(0);
    for (const { Resource } of Statement)
      expect(Resource).toMatch(/^<(LinksTable|ClickSpoolTable|SaltsTable|Clicks)\w+\.Arn>$/);
  }
});

it('opens the cache to the functions of the VPC and to nobody else', () => {
  const cacheGroup = (cacheOf(vpcStage)['SecurityGroupIds'] as string[])[0];
  const clientGroup = (vpcStage.one('AWS::Lambda::Function', 'RedirectFunction').properties['VpcConfig'] as Properties)[
    'SecurityGroupIds'
  ];
  const into = vpcStage
    .ofType('AWS::EC2::SecurityGroupIngress')
    .filter(({ properties }) => properties['GroupId'] === cacheGroup);
  expect(into.map(({ properties }) => [properties['SourceSecurityGroupId']])).toEqual([clientGroup]);
  for (const { properties } of vpcStage.ofType('AWS::EC2::SecurityGroup')) {
    expect(properties['SecurityGroupIngress']).toBeUndefined();
  }
});

it('gives the cache a public endpoint without a VPC in mode public', () => {
  expect(cacheOf(publicStage)).toMatchObject({ ConnectionType: 'public', MajorEngineVersion: '9' });
  expect(cacheOf(publicStage)).not.toHaveProperty('SubnetIds');
});

it('has no cache, no network stack and no cache-sync in mode none', () => {
  expect(noneStage.resources.filter(({ type }) => type.startsWith('AWS::ElastiCache::'))).toEqual([]);
  expect(noneStage.stacks.map(({ name }) => name)).not.toContain('network');
  expect(noneStage.ofType('AWS::Lambda::Function').filter(({ id }) => id.startsWith('CacheSync'))).toEqual([]);
  expect(redirectEnv(noneStage)).toMatchObject({ CACHE_URL: 'none', CACHE_NAME: '', CACHE_USER: '' });
});
