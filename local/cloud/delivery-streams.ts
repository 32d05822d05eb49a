import { arnOf } from './account.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import { roleNameOf } from './functions.ts';
import { functionNameOf } from './identities.ts';
import type { Properties } from './properties.ts';

export type TableColumn = { readonly name: string; readonly type: string };

/** A Firehose that reads a Kinesis stream, has a function transform it, and writes Parquet of a Glue table into a bucket. */
export type DeliveryStreamPlan = {
  readonly name: string;
  readonly roleName: string;
  readonly streamArn: string;
  /** The Kinesis stream's name. */
  readonly sourceName: string;
  readonly bucketArn: string;
  readonly bucketName: string;
  /** With Firehose's own expressions, `!{timestamp:HH}`. */
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly bufferBytes: number;
  readonly bufferS: number;
  readonly transform: {
    readonly functionName: string;
    readonly functionArn: string;
    readonly retries: number;
    readonly bufferBytes: number;
  };
  readonly columns: readonly TableColumn[];
  /** Where it says what went wrong; null where it does not. */
  readonly logGroupArn: string | null;
  /** ARNs of catalog, database and table: what is looked up before each conversion. */
  readonly tableArns: readonly string[];
};

const MB = 1_048_576;

/** Throws for a delivery stream of another kind. */
export const deliveryStreamsOf = (cloud: Cloud): readonly DeliveryStreamPlan[] =>
  cloud.ofType('AWS::KinesisFirehose::DeliveryStream').map((resource) => deliveryStreamOf(resource, cloud));

function deliveryStreamOf({ name, properties }: CloudResource, cloud: Cloud): DeliveryStreamPlan {
  const source = properties.inner('KinesisStreamSourceConfiguration');
  const streamArn = source.text('KinesisStreamARN');
  const destination = properties.inner('ExtendedS3DestinationConfiguration');
  const bucketArn = destination.text('BucketARN');
  const buffer = destination.inner('BufferingHints');
  const logGroupName = destination.inner('CloudWatchLoggingOptions').textOr('LogGroupName', null);
  const logGroup = cloud.ofType('AWS::Logs::LogGroup').find((group) => group.name === logGroupName);
  refuseOtherFormats(destination);
  return {
    name,
    roleName: roleNameOf(destination.text('RoleARN')),
    streamArn,
    sourceName: lastPart(streamArn, '/'),
    bucketArn,
    bucketName: lastPart(bucketArn, ':'),
    prefix: destination.text('Prefix'),
    errorPrefix: destination.text('ErrorOutputPrefix'),
    bufferBytes: buffer.numberOr('SizeInMBs', 128) * MB,
    bufferS: buffer.numberOr('IntervalInSeconds', 300),
    transform: transformOf(destination),
    logGroupArn: logGroup?.attribute('Arn') ?? null,
    ...tableOf(destination.inner('DataFormatConversionConfiguration').inner('SchemaConfiguration'), cloud),
  };
}

function refuseOtherFormats(destination: Properties): void {
  const conversion = destination.inner('DataFormatConversionConfiguration');
  const format = conversion.inner('OutputFormatConfiguration').inner('Serializer').inner('ParquetSerDe');
  if (conversion.flag('Enabled') && format.textOr('Compression', 'SNAPPY') === 'SNAPPY') return;
  throw new Error(`${destination.where}: the laptop's Firehose writes Parquet with Snappy only.`);
}

function transformOf(destination: Properties): DeliveryStreamPlan['transform'] {
  const [processor, ...others] = destination.inner('ProcessingConfiguration').list('Processors');
  if (processor?.text('Type') !== 'Lambda' || others.length > 0) {
    throw new Error(`${destination.where}: the laptop's Firehose has one processor, a function.`);
  }
  const parameters = new Map(
    processor
      .list('Parameters')
      .map((parameter) => [parameter.text('ParameterName'), parameter.text('ParameterValue')]),
  );
  const functionArn = parameters.get('LambdaArn') ?? '';
  const functionName = functionNameOf(functionArn);
  if (functionName === null) throw new Error(`${processor.where} names no function.`);
  return {
    functionName,
    functionArn,
    retries: Number(parameters.get('NumberOfRetries') ?? 3),
    bufferBytes: Number(parameters.get('BufferSizeInMBs') ?? 1) * MB,
  };
}

function tableOf(schema: Properties, cloud: Cloud): Pick<DeliveryStreamPlan, 'columns' | 'tableArns'> {
  const [database, tableName] = [schema.text('DatabaseName'), schema.text('TableName')];
  const table = cloud
    .ofType('AWS::Glue::Table')
    .find(
      ({ properties }) =>
        properties.text('DatabaseName') === database && properties.inner('TableInput').text('Name') === tableName,
    );
  if (table === undefined) throw new Error(`${schema.where}: no template has the table ${database}.${tableName}.`);
  const columns = table.properties.inner('TableInput').inner('StorageDescriptor').list('Columns');
  return {
    columns: columns.map((column) => ({ name: column.text('Name'), type: column.text('Type') })),
    tableArns: ['catalog', `database/${database}`, `table/${database}/${tableName}`].map((part) => arnOf('glue', part)),
  };
}

const lastPart = (arn: string, separator: string): string => arn.slice(arn.lastIndexOf(separator) + 1);
