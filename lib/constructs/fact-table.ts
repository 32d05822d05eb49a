import {
  AttributeType,
  Billing,
  type CfnGlobalTable,
  type GlobalSecondaryIndexPropsV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type IndexFacts, TABLES, type TableFacts, type TableName } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';

/**
 * A table as `adapters/table.ts` describes it: on demand and, unless it is there to forget, restorable to any second of the
 * last 35 days.
 */
export class FactTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, name: TableName, settings: StageSettings, key: IKey | null) {
    super(scope, name.charAt(0).toUpperCase() + name.slice(1));
    const facts: TableFacts = TABLES[name];
    const retain = settings.data === 'retain';
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      ...(facts.sortKey ? { sortKey: { name: 'sk', type: AttributeType.STRING } } : {}),
      ...(facts.timeToLiveAttribute === undefined ? {} : { timeToLiveAttribute: facts.timeToLiveAttribute }),
      ...(facts.stream === undefined ? {} : { dynamoStream: StreamViewType[facts.stream] }),
      globalSecondaryIndexes: Object.entries(facts.indexes).map(indexProps),
      billing: Billing.onDemand(),
      encryption: key === null ? TableEncryptionV2.dynamoOwnedKey() : TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: facts.forgets !== true },
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (key !== null) encryptWith(key, this.table);
  }
}

/**
 * `customerManagedKey` wants the region spelled out because a key belongs to one; ours has no replicas elsewhere, and
 * the template stays good for any region.
 */
function encryptWith(key: IKey, table: TableV2): void {
  const resource = table.node.defaultChild as CfnGlobalTable;
  resource.addPropertyOverride('Replicas.0.SSESpecification.KMSMasterKeyId', key.keyArn);
}

const SORT_KEY_TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;

const indexProps = ([indexName, facts]: [string, IndexFacts]): GlobalSecondaryIndexPropsV2 => ({
  indexName,
  partitionKey: { name: facts.partitionKey, type: AttributeType.STRING },
  sortKey: { name: facts.sortKey.name, type: SORT_KEY_TYPES[facts.sortKey.type] },
  projectionType: ProjectionType[facts.projection],
});
