import type {
  CreateTableInput,
  DescribeTableOutput,
  DescribeTimeToLiveOutput,
  KeySchemaElement,
  StreamViewType,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from './aws-json.ts';
import type { Upstream } from './dynamodb-upstream.ts';

export type IndexDefinition = {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly projection: 'ALL' | 'KEYS_ONLY';
};

export type TableDefinition = {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Types of all attributes that are keys of the table or an index. */
  readonly attributes: Readonly<Record<string, 'S' | 'N' | 'B'>>;
  readonly indexes: readonly IndexDefinition[];
  readonly streamViewType?: StreamViewType;
  readonly ttlAttribute?: string;
};

/**
 * Makes a table as defined and answers what the server knows of it. A table that exists keeps its data and gets what
 * it lacks: indexes (filled from its items), stream, TTL. Throws when its keys are others: that table is not this one.
 */
export async function ensureTable(upstream: Upstream, definition: TableDefinition): Promise<TableDescription> {
  const { name, streamViewType, ttlAttribute } = definition;
  const existing = await createOrDescribe(upstream, definition);
  if (existing !== null) {
    refuseOtherKeys(definition, existing);
    await addMissingIndexes(upstream, definition, existing);
    if (streamViewType !== undefined && existing.LatestStreamArn === undefined) {
      await upstream.call('DynamoDB', 'UpdateTable', { TableName: name, ...streamOf(streamViewType) });
    }
  }
  if (ttlAttribute !== undefined) await ensureTimeToLive(upstream, name, ttlAttribute);
  return describe(upstream, name);
}

/** Answers null for a table just made, the description of one that was there. */
async function createOrDescribe(upstream: Upstream, definition: TableDefinition): Promise<TableDescription | null> {
  const input: CreateTableInput = {
    TableName: definition.name,
    KeySchema: keySchema(definition),
    AttributeDefinitions: attributesOf(definition, [definition, ...definition.indexes]),
    BillingMode: 'PAY_PER_REQUEST',
    ...(definition.indexes.length > 0 ? { GlobalSecondaryIndexes: definition.indexes.map(indexInput) } : {}),
    ...(definition.streamViewType === undefined ? {} : streamOf(definition.streamViewType)),
  };
  try {
    await upstream.call('DynamoDB', 'CreateTable', input);
    return null;
  } catch (error) {
    if (error instanceof AwsError && error.type === 'ResourceInUseException')
      return describe(upstream, definition.name);
    throw error;
  }
}

async function describe(upstream: Upstream, name: string): Promise<TableDescription> {
  const { Table } = await upstream.call<DescribeTableOutput>('DynamoDB', 'DescribeTable', { TableName: name });
  if (Table === undefined) throw new Error(`DynamoDB describes no table ${name}.`);
  return Table;
}

function refuseOtherKeys(definition: TableDefinition, existing: TableDescription): void {
  const wanted = keyNames(keySchema(definition));
  const found = keyNames(existing.KeySchema ?? []);
  if (wanted === found) return;
  throw new Error(
    `Table ${definition.name} has the keys ${found} in this data folder, the template wants ${wanted}; start over with --reset.`,
  );
}

const keyNames = (schema: readonly KeySchemaElement[]): string =>
  schema.map(({ AttributeName }) => AttributeName).join(', ');

async function addMissingIndexes(
  upstream: Upstream,
  definition: TableDefinition,
  existing: TableDescription,
): Promise<void> {
  const found = new Set(existing.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  for (const index of definition.indexes.filter(({ name }) => !found.has(name))) {
    await upstream.call('DynamoDB', 'UpdateTable', {
      TableName: definition.name,
      AttributeDefinitions: attributesOf(definition, [definition, index]),
      GlobalSecondaryIndexUpdates: [{ Create: indexInput(index) }],
    });
  }
}

async function ensureTimeToLive(upstream: Upstream, name: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription } = await upstream.call<DescribeTimeToLiveOutput>('DynamoDB', 'DescribeTimeToLive', {
    TableName: name,
  });
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: attribute };
  await upstream.call('DynamoDB', 'UpdateTimeToLive', { TableName: name, TimeToLiveSpecification });
}

type Keys = { readonly partitionKey: string; readonly sortKey?: string };

const keySchema = ({ partitionKey, sortKey }: Keys): KeySchemaElement[] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
];

const indexInput = (index: IndexDefinition) => ({
  IndexName: index.name,
  KeySchema: keySchema(index),
  Projection: { ProjectionType: index.projection },
});

const streamOf = (view: StreamViewType) => ({ StreamSpecification: { StreamEnabled: true, StreamViewType: view } });

/** DynamoDB refuses definitions of attributes that are no keys, so only those in use are sent. */
function attributesOf(definition: TableDefinition, keys: readonly Keys[]) {
  const names = new Set(
    keys.flatMap(({ partitionKey, sortKey }) => (sortKey === undefined ? [partitionKey] : [partitionKey, sortKey])),
  );
  return Array.from(names, (name) => {
    const type = definition.attributes[name];
    if (type === undefined) throw new Error(`Table ${definition.name}: the type of key ${name} is not given.`);
    return { AttributeName: name, AttributeType: type };
  });
}
