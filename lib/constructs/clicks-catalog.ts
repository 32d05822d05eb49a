import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLICKS_PREFIX, CLICKS_TABLE, LAKE_COLUMNS, LAKE_PARTITIONS } from '../../core/lake/clicks-table.ts';
import {
  ROLL_UPS_COLUMNS,
  ROLL_UPS_PARTITIONS,
  ROLL_UPS_PREFIX,
  ROLL_UPS_TABLE,
} from '../../core/lake/roll-ups-table.ts';
import type { StageSettings } from '../config.ts';
import { type ParquetTable, parquetTable } from './parquet-table.ts';

/** The tables of the lake as Glue, and so Firehose and Athena, know them. */
export class ClicksCatalog extends Construct {
  readonly databaseName: string;
  readonly tableName = CLICKS_TABLE;
  readonly arn: string;
  readonly databaseArn: string;
  /** Athena looks the account's `default` database up before any other. */
  readonly defaultDatabaseArn: string;
  readonly clicksTableArn: string;
  readonly rollUpsTableArn: string;
  readonly table: CfnTable;

  constructor(scope: Construct, id: string, settings: StageSettings, bucket: IBucket) {
    super(scope, id);
    // SQL knows no hyphen in a bare name.
    this.databaseName = `signpost_${settings.stage.replaceAll('-', '_')}`;
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.databaseName, description: `Signpost ${settings.stage}: the lake` },
    });
    this.table = this.tableOf('Clicks', database, {
      name: CLICKS_TABLE,
      description: 'Every click once or more often: count distinct ids',
      columns: LAKE_COLUMNS,
      partitions: LAKE_PARTITIONS,
      location: `s3://${bucket.bucketName}/${CLICKS_PREFIX}`,
    });
    this.tableOf('RollUps', database, {
      name: ROLL_UPS_TABLE,
      description: 'Clicks added up by the hour of the visit',
      columns: ROLL_UPS_COLUMNS,
      partitions: ROLL_UPS_PARTITIONS,
      location: `s3://${bucket.bucketName}/${ROLL_UPS_PREFIX}`,
    });
    const arn = (resource: string) => `arn:${Aws.PARTITION}:glue:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
    this.arn = arn('catalog');
    this.databaseArn = arn(`database/${this.databaseName}`);
    this.defaultDatabaseArn = arn('database/default');
    this.clicksTableArn = arn(`table/${this.databaseName}/${this.tableName}`);
    this.rollUpsTableArn = arn(`table/${this.databaseName}/${ROLL_UPS_TABLE}`);
  }

  private tableOf(id: string, database: CfnDatabase, table: ParquetTable): CfnTable {
    const made = new CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.databaseName,
      tableInput: parquetTable(table),
    });
    made.addResourceDependency(database);
    return made;
  }
}
