import { arnOf } from './account.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import type { TableColumn } from './delivery-streams.ts';
import type { Properties } from './properties.ts';

/** A table of Parquet files below a prefix, with partitions that are projected and lie as `name=value/`. */
export type GlueTablePlan = {
  readonly database: string;
  readonly name: string;
  /** By Glue's own names of types; partitions are not among them. */
  readonly columns: readonly TableColumn[];
  readonly partitions: readonly TableColumn[];
  readonly bucketName: string;
  /** Ends in a slash. */
  readonly prefix: string;
};

/** Throws for tables of several databases: names without one would be found in the wrong one. */
export function glueTablesOf(cloud: Cloud): readonly GlueTablePlan[] {
  const tables = cloud.ofType('AWS::Glue::Table').map(glueTableOf);
  const databases = new Set(tables.map(({ database }) => database));
  if (databases.size > 1) throw new Error(`The laptop's Athena knows one database, not ${[...databases].join(', ')}.`);
  return tables;
}

/** What Glue judges a lookup of a database, or of a table, by. */
export const databaseArns = (database: string): readonly string[] =>
  ['catalog', `database/${database}`].map((part) => arnOf('glue', part));
export const tableArns = ({ database, name }: Pick<GlueTablePlan, 'database' | 'name'>): readonly string[] => [
  ...databaseArns(database),
  arnOf('glue', `table/${database}/${name}`),
];

/** `s3://bucket/some/prefix/` as its two parts. Throws on anything else. */
export function s3Location(location: string, where: string): { readonly bucketName: string; readonly prefix: string } {
  const [, bucketName, prefix] = /^s3:\/\/([^/]+)\/(.+\/)$/.exec(location) ?? [];
  if (bucketName === undefined || prefix === undefined) {
    throw new Error(`${where}: ${location} is no place in a bucket that ends in a slash.`);
  }
  return { bucketName, prefix };
}

/** Throws for a table whose files Athena would find elsewhere, or read otherwise, than the laptop. */
function glueTableOf({ properties }: CloudResource): GlueTablePlan {
  const input = properties.inner('TableInput');
  const storage = input.inner('StorageDescriptor');
  const location = storage.text('Location');
  const partitions = columnsIn(input, 'PartitionKeys');
  const parameters = input.textMap('Parameters');
  const projected = `${location}${partitions.map(({ name }) => `${name}=\${${name}}/`).join('')}`;
  if (
    partitions.length > 0 &&
    (parameters['projection.enabled'] !== 'true' || parameters['storage.location.template'] !== projected)
  ) {
    throw new Error(`${input.where}: the laptop's Athena knows partitions that are projected to ${projected} only.`);
  }
  if (!storage.inner('SerdeInfo').text('SerializationLibrary').endsWith('.ParquetHiveSerDe')) {
    throw new Error(`${storage.where}: the laptop's Athena reads Parquet only.`);
  }
  return {
    database: properties.text('DatabaseName'),
    name: input.text('Name'),
    columns: columnsIn(storage, 'Columns'),
    partitions,
    ...s3Location(location, storage.where),
  };
}

const columnsIn = (properties: Properties, name: string): readonly TableColumn[] =>
  properties.list(name).map((column) => ({ name: column.text('Name'), type: column.text('Type') }));
