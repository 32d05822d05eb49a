import type { StreamViewType } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../engines/dynamodb.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import type { Properties } from './properties.ts';

export type TablePlan = {
  readonly arn: string;
  readonly streamArn: string | null;
  /** Capacity, replicas, encryption and backups mean nothing on a laptop and are left out. */
  readonly definition: TableDefinition;
};

export const tablesOf = (cloud: Cloud): readonly TablePlan[] =>
  cloud.ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table').map(tableOf);

function tableOf(table: CloudResource): TablePlan {
  const { properties } = table;
  if (properties.list('LocalSecondaryIndexes').length > 0) {
    throw new Error(`${properties.where}: the laptop's tables have no local secondary indexes.`);
  }
  const viewType = properties.inner('StreamSpecification').textOr('StreamViewType', null);
  const timeToLive = properties.inner('TimeToLiveSpecification');
  const attributes = properties.list('AttributeDefinitions').map((definition) => {
    return [definition.text('AttributeName'), definition.text('AttributeType') as 'S' | 'N' | 'B'] as const;
  });
  return {
    arn: table.attribute('Arn'),
    streamArn: viewType === null ? null : table.attribute('StreamArn'),
    definition: {
      name: table.name,
      ...keysOf(properties),
      attributes: Object.fromEntries(attributes),
      indexes: properties.list('GlobalSecondaryIndexes').map((index) => ({
        name: index.text('IndexName'),
        ...keysOf(index),
        projection: projectionOf(index.inner('Projection')),
      })),
      ...(viewType !== null && { streamViewType: viewType as StreamViewType }),
      ...(timeToLive.flag('Enabled') && { ttlAttribute: timeToLive.text('AttributeName') }),
    },
  };
}

function keysOf(properties: Properties): { partitionKey: string; sortKey?: string } {
  const nameOf = (type: string): readonly string[] =>
    properties
      .list('KeySchema')
      .filter((element) => element.text('KeyType') === type)
      .map((element) => element.text('AttributeName'));
  const [partitionKey, ...morePartitionKeys] = nameOf('HASH');
  const [sortKey, ...moreSortKeys] = nameOf('RANGE');
  if (partitionKey === undefined || morePartitionKeys.length + moreSortKeys.length > 0) {
    throw new Error(`${properties.where}: the laptop's keys have one partition and at most one sort attribute.`);
  }
  return { partitionKey, ...(sortKey !== undefined && { sortKey }) };
}

function projectionOf(projection: Properties): 'ALL' | 'KEYS_ONLY' {
  const type = projection.text('ProjectionType');
  if (type === 'ALL' || type === 'KEYS_ONLY') return type;
  throw new Error(`${projection.where}: the laptop does not know the projection ${type}.`);
}
