import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { TableName } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';

/** What is kept when everything else is replaced. */
export type KeptData = {
  readonly tables: Readonly<Record<TableName, TableV2>>;
  readonly clickStream: IStream;
  /** Where the product announces what has happened. */
  readonly eventBus: IEventBus;
  /** Known to CloudFront and the functions behind it; proves that a viewer header was written by CloudFront. */
  readonly originSecret: ISecret;
  /** The key set that access tokens are signed with. */
  readonly signingKeys: ISecret;
  /** The stage's own key; null where AWS keeps the keys. */
  readonly encryptionKey: IKey | null;
};

/** A cache and how a function reaches it. */
export type Cache = {
  /** `rediss://host:port`. */
  readonly url: string;
  readonly name: string;
  readonly userId: string;
  /** What `elasticache:Connect` is allowed on: the cache and the user, both needed. */
  readonly arns: readonly string[];
  /** Where its clients run; null for a cache with a public endpoint. */
  readonly network: { readonly vpc: IVpc; readonly clientSecurityGroup: ISecurityGroup } | null;
};

/** Where clicks lie as rows, and how they are asked for. */
export type Lake = {
  readonly bucket: IBucket;
  /** Answers of queries and files of reports. */
  readonly results: IBucket;
  readonly catalog: {
    readonly databaseName: string;
    readonly arn: string;
    readonly databaseArn: string;
    readonly defaultDatabaseArn: string;
    readonly clicksTableArn: string;
    readonly rollUpsTableArn: string;
  };
  readonly workgroup: { readonly name: string; readonly arn: string };
};

/** Where QR codes are shown from, and where uploads and batches lie. */
export type QrBuckets = { readonly images: IBucket; readonly uploads: IBucket };

/** Everything a function can be given: its table of powers picks from here. */
export type Surroundings = {
  readonly settings: StageSettings;
  /** Folder with one bundle per function, made by `bundleFunctions`. */
  readonly functionsDir: string;
  readonly data: KeptData;
  /** Null in cache mode `none`. */
  readonly cache: Cache | null;
  /** Where batches go that an event source gave up on; only the stack of the followers has it. */
  readonly failedRecords?: IBucket;
  /** Stacks that stand before the lake do not have it. */
  readonly lake?: Lake;
  /** State machines that functions start and stop; stacks that stand before them do not have them. */
  readonly workflows?: { readonly reports: StateMachine; readonly batches?: StateMachine };
  /** Stacks that stand before the QR stack do not have it. */
  readonly qr?: QrBuckets;
};
