import type { Cloud, CloudResource } from './cloud.ts';
import type { Properties } from './properties.ts';

export type KeyElement = { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' };
export type IndexPlan = {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
};

/** A table as DynamoDB's CreateTable takes it; capacity, replicas, encryption and backups mean nothing on a laptop. */
export type CreateTable = {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly KeySchema: readonly KeyElement[];
  readonly GlobalSecondaryIndexes?: readonly IndexPlan[];
  readonly LocalSecondaryIndexes?: readonly IndexPlan[];
  readonly StreamSpecification?: { readonly StreamEnabled: true; readonly StreamViewType: string };
  readonly BillingMode: 'PAY_PER_REQUEST';
};

export type TablePlan = {
  readonly name: string;
  readonly arn: string;
  readonly streamArn: string | null;
  /** Attribute with the expiry in epoch seconds, or null. */
  readonly timeToLiveAttribute: string | null;
  readonly create: CreateTable;
};

export const tablesOf = (cloud: Cloud): readonly TablePlan[] =>
  cloud.ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table').map(tableOf);

function tableOf(table: CloudResource): TablePlan {
  const { properties } = table;
  const viewType = properties.inner('StreamSpecification').textOr('StreamViewType', null);
  const timeToLive = properties.inner('TimeToLiveSpecification');
  const globalIndexes = properties.list('GlobalSecondaryIndexes').map(indexOf);
  const localIndexes = properties.list('LocalSecondaryIndexes').map(indexOf);
  return {
    name: table.name,
    arn: table.attribute('Arn'),
    streamArn: viewType === null ? null : table.attribute('StreamArn'),
    timeToLiveAttribute: timeToLive.flag('Enabled') ? timeToLive.text('AttributeName') : null,
    create: {
      TableName: table.name,
      AttributeDefinitions: properties.list('AttributeDefinitions').map((definition) => ({
        AttributeName: definition.text('AttributeName'),
        AttributeType: definition.text('AttributeType') as 'S' | 'N' | 'B',
      })),
      KeySchema: keySchemaOf(properties),
      ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
      ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
      // The template's stream specification has no StreamEnabled; the API insists on it.
      ...(viewType !== null && { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } }),
      BillingMode: 'PAY_PER_REQUEST',
    },
  };
}

const keySchemaOf = (properties: Properties): readonly KeyElement[] =>
  properties.list('KeySchema').map((element) => ({
    AttributeName: element.text('AttributeName'),
    KeyType: element.text('KeyType') as 'HASH' | 'RANGE',
  }));

function indexOf(index: Properties): IndexPlan {
  const projection = index.inner('Projection');
  const nonKeyAttributes = projection.texts('NonKeyAttributes');
  return {
    IndexName: index.text('IndexName'),
    KeySchema: keySchemaOf(index),
    Projection: {
      ProjectionType: projection.text('ProjectionType'),
      ...(nonKeyAttributes.length > 0 && { NonKeyAttributes: nonKeyAttributes }),
    },
  };
}
