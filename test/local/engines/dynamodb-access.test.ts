import { AwsError } from '../../../local/engines/aws-json.ts';
import { accessesOf, tablesOf } from '../../../local/engines/dynamodb-access.ts';
import { streamArnOf, tableArnOf } from '../../../local/engines/dynamodb-arns.ts';

const [LINKS, COUNTS] = [tableArnOf('links'), tableArnOf('counts')];
const KEY = { pk: { S: 'x' } };

it.each<[string, object, Record<string, string[]>]>([
  ['GetItem', { TableName: 'links', Key: KEY }, { 'dynamodb:GetItem': [LINKS] }],
  ['PutItem', { TableName: 'links', Item: KEY }, { 'dynamodb:PutItem': [LINKS] }],
  ['Query', { TableName: 'links' }, { 'dynamodb:Query': [LINKS] }],
  ['Query', { TableName: 'links', IndexName: 'byTarget' }, { 'dynamodb:Query': [`${LINKS}/index/byTarget`] }],
  ['Scan', { TableName: 'links', IndexName: 'byTarget' }, { 'dynamodb:Scan': [`${LINKS}/index/byTarget`] }],
  ['BatchGetItem', { RequestItems: { links: {}, counts: {} } }, { 'dynamodb:BatchGetItem': [LINKS, COUNTS] }],
  ['BatchWriteItem', { RequestItems: { counts: [] } }, { 'dynamodb:BatchWriteItem': [COUNTS] }],
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 'links' } },
        { Put: { TableName: 'counts' } },
        { Put: { TableName: 'links' } },
        { Update: { TableName: 'counts' } },
        { Delete: { TableName: 'links' } },
        { ConditionCheck: { TableName: 'links' } },
      ],
    },
    {
      'dynamodb:PutItem': [LINKS, COUNTS],
      'dynamodb:UpdateItem': [COUNTS],
      'dynamodb:DeleteItem': [LINKS],
      'dynamodb:ConditionCheckItem': [LINKS],
    },
  ],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'links' } }] }, { 'dynamodb:GetItem': [LINKS] }],
  ['DescribeTable', { TableName: 'links' }, { 'dynamodb:DescribeTable': [LINKS] }],
  ['ListTables', {}, { 'dynamodb:ListTables': ['*'] }],
  ['DescribeStream', { StreamArn: streamArnOf('links') }, { 'dynamodb:DescribeStream': [streamArnOf('links')] }],
  ['GetRecords', { ShardIterator: `${streamArnOf('links')}|abc` }, { 'dynamodb:GetRecords': [streamArnOf('links')] }],
])('%s %j needs %j', (operation, input, expected) => {
  const accesses = accessesOf(operation, input as Record<string, unknown>);
  expect(Object.fromEntries(accesses.map(({ action, resourceArns }) => [action, resourceArns]))).toEqual(expected);
});

it.each<[string, object]>([
  ['ExecuteStatement', { Statement: 'SELECT * FROM links' }],
  ['constructor', {}],
  ['GetItem', {}],
  ['GetItem', { TableName: 7 }],
  ['BatchGetItem', {}],
  ['TransactWriteItems', { TransactItems: [] }],
  ['TransactWriteItems', { TransactItems: [{ Sneak: { TableName: 'links' } }] }],
  ['TransactWriteItems', { TransactItems: [{ constructor: { TableName: 'links' } }] }],
  ['TransactWriteItems', { TransactItems: [{ Put: {} }] }],
  ['TransactWriteItems', { TransactItems: [null] }],
])('%s %j is refused rather than let through unchecked', (operation, input) => {
  expect(() => accessesOf(operation, input as Record<string, unknown>)).toThrow(AwsError);
});

it('the tables of a request are told once each, indexes as their table', () => {
  const accesses = [
    { action: 'dynamodb:PutItem', resourceArns: [LINKS, COUNTS] },
    { action: 'dynamodb:Query', resourceArns: [`${LINKS}/index/byTarget`] },
  ];
  expect(tablesOf(accesses)).toEqual(['links', 'counts']);
});
