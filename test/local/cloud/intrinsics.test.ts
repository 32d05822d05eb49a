import { createResolver, type Identities } from '../../../local/cloud/intrinsics.ts';
import type { Stack, Template } from '../../../local/cloud/template.ts';

const stackOf = (name: string, template: Template): Stack => ({ name, assetsDir: '/nowhere', template });

const identities: Identities = {
  ref: ({ logicalId }) => logicalId,
  attribute: ({ logicalId }, attribute) => (attribute === 'Unknown' ? undefined : `${logicalId}.${attribute}`),
};

const main = stackOf('Main', {
  Parameters: { Stage: { Default: 'dev' } },
  Mappings: { Sizes: { dev: { memory: 256 } } },
  Conditions: {
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    Both: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
  },
  Resources: { Table: { Type: 'AWS::DynamoDB::GlobalTable' }, Secret: { Type: 'AWS::SecretsManager::Secret' } },
});
const other = stackOf('Other', {
  Resources: { Stream: { Type: 'AWS::Kinesis::Stream' } },
  Outputs: {
    StreamArn: {
      Value: { 'Fn::GetAtt': ['Stream', 'Arn'] },
      Export: { Name: { 'Fn::Sub': '${AWS::StackName}:stream' } },
    },
  },
});

const resolver = createResolver([main, other], identities, (id, key) => `<${id} ${key ?? 'whole'}>`);
const resolve = (value: unknown): unknown => resolver.resolve(main, value);

describe('the resolver of intrinsics', () => {
  test.each<[claim: string, value: unknown, expected: unknown]>([
    ['leaves plain values alone', { a: [1, true, null, 'x'] }, { a: [1, true, null, 'x'] }],
    ['follows Ref to a resource', { Ref: 'Table' }, 'Table'],
    ['follows Ref to a parameter by its default', { Ref: 'Stage' }, 'dev'],
    [
      'knows the pseudo parameters',
      { 'Fn::Sub': '${AWS::Partition}/${AWS::Region}/${AWS::AccountId}' },
      'aws/us-east-1/000000000000',
    ],
    ['follows GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table.Arn'],
    ['follows GetAtt as text with a dotted attribute', { 'Fn::GetAtt': 'Table.Endpoint.Port' }, 'Table.Endpoint.Port'],
    ['joins', { 'Fn::Join': [':', ['a', { Ref: 'Table' }, 3]] }, 'a:Table:3'],
    [
      'substitutes names, attributes and own values',
      { 'Fn::Sub': ['${Table} ${Table.Arn} ${own}', { own: { Ref: 'Stage' } }] },
      'Table Table.Arn dev',
    ],
    ['keeps ${!literal} in Sub', { 'Fn::Sub': '${!year} ${Table}' }, '${year} Table'],
    [
      'selects by a number in text from a split',
      { 'Fn::Select': ['2', { 'Fn::Split': ['/', 'https://host/x'] }] },
      'host',
    ],
    ['chooses by a condition', { 'Fn::If': ['IsDev', 'yes', 'no'] }, 'yes'],
    ['negates a condition', { 'Fn::If': ['IsProd', 'yes', 'no'] }, 'no'],
    ['takes And as all', { 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    ['takes Or as at least one', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    [
      'leaves out members and items that are NoValue',
      { a: { Ref: 'AWS::NoValue' }, b: [{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, 2] },
      { b: [2] },
    ],
    ['looks into mappings', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 256],
    ['encodes base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['imports an export whose name is an intrinsic', { 'Fn::ImportValue': 'Other:stream' }, 'Stream.Arn'],
    [
      'follows a weak reference to an output of another stack',
      { 'Fn::GetStackOutput': { StackName: 'Other', Region: 'us-east-1', OutputName: 'StreamArn' } },
      'Stream.Arn',
    ],
    ['puts in a secret by name', 'x {{resolve:secretsmanager:name:SecretString:::}}', 'x <name whole>'],
    ['puts in a member of a secret', '{{resolve:secretsmanager:name:SecretString:user::}}', '<name user>'],
    [
      'puts in a secret whose ARN is joined in',
      {
        'Fn::Join': [
          '',
          [
            '{{resolve:secretsmanager:',
            'arn:aws:secretsmanager:us-east-1:000000000000:secret:S',
            ':SecretString:key::}}',
          ],
        ],
      },
      '<arn:aws:secretsmanager:us-east-1:000000000000:secret:S key>',
    ],
    [
      'does not take an IAM statement with a Condition for an intrinsic',
      { Effect: 'Allow', Condition: { Bool: { x: 'true' } } },
      { Effect: 'Allow', Condition: { Bool: { x: 'true' } } },
    ],
  ])('%s', (_claim, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each<[claim: string, value: unknown, message: RegExp]>([
    ['an unknown intrinsic', { 'Fn::Cidr': [] }, /Main: the laptop does not know the intrinsic Fn::Cidr/],
    ['a Ref to nothing', { Ref: 'Nobody' }, /Main: Ref to "Nobody"/],
    ['an attribute nobody knows', { 'Fn::GetAtt': ['Table', 'Unknown'] }, /Unknown of AWS::DynamoDB::GlobalTable/],
    ['an import nobody exports', { 'Fn::ImportValue': 'nothing' }, /No stack exports "nothing"/],
    ['an output nobody has', { 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'X' } }, /has no output "X"/],
    ['a missing mapping', { 'Fn::FindInMap': ['Sizes', 'prod', 'memory'] }, /Sizes\.prod\.memory/],
    ['a list member that is not there', { 'Fn::Select': [3, ['a']] }, /outside its list/],
    ['a dynamic reference to another service', '{{resolve:ssm:name}}', /does not know the dynamic reference/],
    ['an object where text must stand', { 'Fn::Join': ['', [{ a: 1, b: 2 }]] }, /expected text/],
  ])('names %s in its error', (_claim, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});
