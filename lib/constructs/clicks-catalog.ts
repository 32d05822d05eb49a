import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLICKS_PREFIX, CLICKS_TABLE, LAKE_COLUMNS, LAKE_PARTITIONS } from '../../core/lake/clicks-table.ts';
import type { StageSettings } from '../config.ts';

/** Day before which no Signpost had a lake: projection makes up no partitions before it. */
const FIRST_DAY = '2026-01-01';

/**
 * The table of clicks as Glue, and so Firehose and Athena, know it. Its partitions are worked out from the query, not
 * listed, so nothing has to be told when a new hour begins.
 */
export class ClicksCatalog extends Construct {
  readonly databaseName: string;
  readonly tableName = CLICKS_TABLE;
  readonly arn: string;
  readonly databaseArn: string;
  /** Athena looks the account's `default` database up before any other. */
  readonly defaultDatabaseArn: string;
  readonly clicksTableArn: string;
  readonly table: CfnTable;

  constructor(scope: Construct, id: string, settings: StageSettings, bucket: IBucket) {
    super(scope, id);
    // SQL knows no hyphen in a bare name.
    this.databaseName = `signpost_${settings.stage.replaceAll('-', '_')}`;
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.databaseName, description: `Signpost ${settings.stage}: the lake` },
    });
    this.table = new CfnTable(this, 'Clicks', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.databaseName,
      tableInput: clicksTable(`s3://${bucket.bucketName}/${CLICKS_PREFIX}`),
    });
    this.table.addResourceDependency(database);
    const arn = (resource: string) => `arn:${Aws.PARTITION}:glue:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
    this.arn = arn('catalog');
    this.databaseArn = arn(`database/${this.databaseName}`);
    this.defaultDatabaseArn = arn('database/default');
    this.clicksTableArn = arn(`table/${this.databaseName}/${this.tableName}`);
  }
}

const clicksTable = (location: string): CfnTable.TableInputProperty => ({
  name: CLICKS_TABLE,
  description: 'Every click once or more often: count distinct ids',
  tableType: 'EXTERNAL_TABLE',
  partitionKeys: Object.entries(LAKE_PARTITIONS).map(([name, type]) => ({ name, type })),
  parameters: {
    EXTERNAL: 'TRUE',
    classification: 'parquet',
    'projection.enabled': 'true',
    'projection.dt.type': 'date',
    'projection.dt.format': 'yyyy-MM-dd',
    'projection.dt.range': `${FIRST_DAY},NOW`,
    'projection.hr.type': 'integer',
    'projection.hr.range': '0,23',
    'projection.hr.digits': '2',
    'storage.location.template': `${location}dt=\${dt}/hr=\${hr}/`,
  },
  storageDescriptor: {
    location,
    columns: LAKE_COLUMNS.map(({ name, type }) => ({ name, type })),
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  },
});
