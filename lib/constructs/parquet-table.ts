import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { LakeColumn } from '../../core/lake/clicks-table.ts';

/** Day before which no Signpost had a lake: projection makes up no partitions before it. */
const FIRST_DAY = '2026-01-01';

export type ParquetTable = {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly LakeColumn[];
  /** Name → type: a day `dt`, and maybe its hours `hr`. */
  readonly partitions: Readonly<Record<'dt', 'string'> & Partial<Record<'hr', 'int'>>>;
  /** `s3://bucket/prefix/`. */
  readonly location: string;
};

/**
 * A table of Parquet files as Glue, and so Firehose and Athena, know it. Its partitions are worked out from the query, not
 * listed, so nothing has to be told when a new hour begins.
 */
export const parquetTable = ({
  name,
  description,
  columns,
  partitions,
  location,
}: ParquetTable): CfnTable.TableInputProperty => ({
  name,
  description,
  tableType: 'EXTERNAL_TABLE',
  partitionKeys: Object.entries(partitions).map(([partition, type]) => ({ name: partition, type })),
  parameters: {
    EXTERNAL: 'TRUE',
    classification: 'parquet',
    'projection.enabled': 'true',
    'projection.dt.type': 'date',
    'projection.dt.format': 'yyyy-MM-dd',
    'projection.dt.range': `${FIRST_DAY},NOW`,
    ...(partitions.hr === undefined
      ? {}
      : { 'projection.hr.type': 'integer', 'projection.hr.range': '0,23', 'projection.hr.digits': '2' }),
    'storage.location.template': `${location}${Object.keys(partitions)
      .map((partition) => `${partition}=\${${partition}}/`)
      .join('')}`,
  },
  storageDescriptor: {
    location,
    columns: columns.map((column) => ({ name: column.name, type: column.type })),
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  },
});
