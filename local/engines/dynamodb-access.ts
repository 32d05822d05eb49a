import { AwsError } from './aws-json.ts';
import { tableArnOf, tableNameOf } from './dynamodb-arns.ts';

type Input = Readonly<Record<string, unknown>>;

/** What a request needs: IAM action → resources, as AWS's service authorization reference has it. */
export type Access = { readonly action: string; readonly resourceArns: readonly string[] };

export const WRITES: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);

const ON_ONE_TABLE: ReadonlySet<string> = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'CreateTable',
  'DescribeTable',
  'UpdateTable',
  'DeleteTable',
  'DescribeTimeToLive',
  'UpdateTimeToLive',
]);
const ON_TABLE_OR_INDEX: ReadonlySet<string> = new Set(['Query', 'Scan']);
const ON_REQUEST_ITEMS: ReadonlySet<string> = new Set(['BatchGetItem', 'BatchWriteItem']);
const ON_STREAM: ReadonlySet<string> = new Set(['DescribeStream', 'GetShardIterator', 'GetRecords']);
const ON_EVERYTHING: ReadonlySet<string> = new Set(['ListTables', 'ListStreams']);

/** Transactions need each item's own permission, there is no `dynamodb:TransactWriteItems`. */
const TRANSACT_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * The permissions a request needs. Throws UnknownOperationException for operations that the laptop does not offer
 * (PartiQL, backups, imports): without a rule here nobody could be allowed to use them.
 */
export function accessesOf(operation: string, input: Input): readonly Access[] {
  const action = `dynamodb:${operation}`;
  if (ON_ONE_TABLE.has(operation)) return [{ action, resourceArns: [tableArnOf(tableIn(input))] }];
  if (ON_TABLE_OR_INDEX.has(operation)) return [{ action, resourceArns: [tableOrIndexArn(input)] }];
  if (ON_REQUEST_ITEMS.has(operation))
    return [{ action, resourceArns: Object.keys(objectIn(input, 'RequestItems')).map(tableArnOf) }];
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') return transactAccesses(input);
  if (ON_STREAM.has(operation)) return [{ action, resourceArns: [streamArnIn(input)] }];
  if (ON_EVERYTHING.has(operation)) return [{ action, resourceArns: ['*'] }];
  throw new AwsError(
    'com.amazon.coral.service#UnknownOperationException',
    `The laptop's DynamoDB does not offer ${operation}.`,
  );
}

/** Names of the tables that a request is about, for change notices and faults. */
export const tablesOf = (accesses: readonly Access[]): readonly string[] => [
  ...new Set(accesses.flatMap(({ resourceArns }) => resourceArns.map(tableNameOf))),
];

function transactAccesses(input: Input): readonly Access[] {
  const tablesByAction = new Map<string, Set<string>>();
  const items = input['TransactItems'];
  for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
    for (const [kind, part] of Object.entries((item ?? {}) as Record<string, Input>)) {
      const itemAction = Object.hasOwn(TRANSACT_ACTIONS, kind) ? TRANSACT_ACTIONS[kind] : undefined;
      if (itemAction === undefined) throw invalid(`TransactItems holds an unknown ${kind}.`);
      const action = `dynamodb:${itemAction}`;
      const tables = tablesByAction.get(action) ?? new Set();
      tablesByAction.set(action, tables.add(tableIn(part)));
    }
  }
  if (tablesByAction.size === 0) throw invalid('TransactItems must hold at least one item.');
  return Array.from(tablesByAction, ([action, tables]) => ({ action, resourceArns: Array.from(tables, tableArnOf) }));
}

function tableOrIndexArn(input: Input): string {
  const arn = tableArnOf(tableIn(input));
  const index = input['IndexName'];
  return typeof index === 'string' ? `${arn}/index/${index}` : arn;
}

function tableIn(input: Input | null | undefined): string {
  const name = input?.['TableName'];
  if (typeof name !== 'string') throw invalid('TableName must be given.');
  return name;
}

/** Iterators start with their stream's ARN, as AWS's do. */
function streamArnIn(input: Input): string {
  const given = input['StreamArn'] ?? input['ShardIterator'];
  if (typeof given !== 'string') throw invalid('StreamArn or ShardIterator must be given.');
  return given.split('|')[0] as string;
}

function objectIn(input: Input, member: string): object {
  const value = input[member];
  if (typeof value !== 'object' || value === null) throw invalid(`${member} must be given.`);
  return value;
}

const invalid = (message: string): AwsError => new AwsError('com.amazon.coral.validate#ValidationException', message);
