import type { FunctionName } from '../adapters/env.ts';
import type { TABLES, TableName } from '../adapters/table.ts';
import { ASKS_CLICKS, LAKE_POWERS } from './lake-powers.ts';
import { QR_POWERS } from './qr-powers.ts';

type IndexPlace = { [T in TableName]: `${T}/${Extract<keyof (typeof TABLES)[T]['indexes'], string>}` }[TableName];

/** Parts of the lake: `lake` and `results` are buckets, the places behind them are what lies below a prefix. */
export type LakePlace =
  | 'queryWorkgroup'
  | 'lakeCatalog'
  | 'defaultDatabase'
  | 'clicksTable'
  | 'rollUpsTable'
  | 'lake'
  | 'lakeClicks'
  | 'rollUps'
  | 'lakeFailures'
  | 'results'
  | 'queryResults'
  | 'reportFiles';

/** Parts of the buckets of QR codes: `uploads` is a bucket, the other places are what lies below a prefix. */
export type QrPlace = 'qrImages' | 'uploads' | 'logoUploads' | 'cleanLogos' | 'batchUploads' | 'batchFiles';

/** The state machines that make reports and batches, and their executions. */
export type WorkflowPlace = 'reportWorkflow' | 'reportRuns' | 'batchWorkflow' | 'batchRuns';

/**
 * What a function's code may touch: a table, one index of a table, the click stream, the event bus, the cache, the signing keys,
 * SES, the lake, the buckets of QR codes, workflows.
 */
export type Place =
  | TableName
  | IndexPlace
  | 'clickStream'
  | 'eventBus'
  | 'cache'
  | 'signingKeys'
  | 'mailSender'
  | LakePlace
  | QrPlace
  | WorkflowPlace;

/** What Lambda's own poller reads a function's batches from. */
export type Feed = 'clickStream' | 'links' | 'clickSpool' | 'outbox' | 'jobs';

export type FunctionPowers = {
  /** One vCPU comes with 1,769 MB; below that the share of it is proportional. */
  readonly memoryMb: number;
  readonly timeoutS: number;
  /** Exact IAM actions of the function's own code on each place. */
  readonly may: Readonly<Partial<Record<Place, readonly string[]>>>;
  /** Event source that invokes the function; adds `POLLER_POWERS` to its role. */
  readonly fedBy?: Feed;
  /** Whether the function talks to the cache, and so sits in the VPC where the cache does. */
  readonly usesCache?: true;
};

/** Every function's size and powers: the whole of what its role allows besides its own log group. */
export const FUNCTION_POWERS: Readonly<Record<FunctionName, FunctionPowers>> = {
  ...LAKE_POWERS,
  ...QR_POWERS,
  redirect: {
    memoryMb: 512,
    timeoutS: 5,
    usesCache: true,
    may: {
      links: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      clickSpool: ['dynamodb:PutItem'],
      salts: ['dynamodb:UpdateItem'],
      clickStream: ['kinesis:DescribeStreamSummary', 'kinesis:PutRecords'],
      cache: ['elasticache:Connect'],
    },
  },
  unlock: {
    // argon2id takes a whole vCPU for about a quarter of a second.
    memoryMb: 1_769,
    timeoutS: 10,
    may: {
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:UpdateItem'],
    },
  },
  links: {
    memoryMb: 1_024,
    timeoutS: 29,
    may: {
      links: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      'links/byWorkspace': ['dynamodb:Query'],
      'links/byTarget': ['dynamodb:Query'],
      'links/byExternalId': ['dynamodb:Query'],
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      counts: ['dynamodb:BatchGetItem'],
      'counts/byWorkspaceClicks': ['dynamodb:Query'],
    },
  },
  analytics: {
    memoryMb: 1_024,
    timeoutS: 29,
    may: {
      ...ASKS_CLICKS,
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem'],
      counts: ['dynamodb:GetItem', 'dynamodb:Query'],
    },
  },
  live: {
    // One reader each, and mostly waiting.
    memoryMb: 256,
    // How long a stream whose reader left unnoticed may cost something; whoever is there comes back at once.
    timeoutS: 300,
    may: {
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem'],
      live: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    },
  },
  track: {
    memoryMb: 512,
    timeoutS: 10,
    may: {
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      events: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    },
  },
  service: {
    memoryMb: 512,
    timeoutS: 10,
    may: {
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem'],
      counts: ['dynamodb:GetItem'],
      clickStream: ['kinesis:DescribeStreamSummary'],
    },
  },
  authorizer: {
    memoryMb: 512,
    timeoutS: 5,
    may: { accounts: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] },
  },
  'clicks-to-counts': {
    memoryMb: 1_024,
    timeoutS: 60,
    fedBy: 'clickStream',
    may: {
      counts: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      live: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    },
  },
  'spool-to-stream': {
    memoryMb: 512,
    timeoutS: 30,
    fedBy: 'clickSpool',
    may: {
      clickSpool: ['dynamodb:BatchWriteItem'],
      clickStream: ['kinesis:PutRecords'],
    },
  },
  'forget-salts': {
    memoryMb: 512,
    timeoutS: 10,
    may: { salts: ['dynamodb:DeleteItem'] },
  },
  'cache-sync': {
    memoryMb: 512,
    timeoutS: 10,
    fedBy: 'links',
    usesCache: true,
    may: { cache: ['elasticache:Connect'] },
  },
  announce: {
    memoryMb: 512,
    timeoutS: 30,
    fedBy: 'jobs',
    may: { eventBus: ['events:PutEvents'] },
  },
  auth: {
    // One argon2id keeps a whole vCPU busy (docs/decisions/0009).
    memoryMb: 1_769,
    timeoutS: 10,
    may: {
      accounts: [
        'dynamodb:BatchWriteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      outbox: ['dynamodb:PutItem'],
      signingKeys: ['secretsmanager:GetSecretValue'],
    },
  },
  accounts: {
    memoryMb: 512,
    timeoutS: 29,
    may: {
      accounts: [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      'accounts/byKind': ['dynamodb:Query'],
      outbox: ['dynamodb:PutItem'],
      'links/byWorkspace': ['dynamodb:Query'],
    },
  },
  admin: {
    memoryMb: 1_769,
    timeoutS: 29,
    may: {
      accounts: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    },
  },
  mail: {
    memoryMb: 512,
    timeoutS: 30,
    fedBy: 'outbox',
    may: { outbox: ['dynamodb:DeleteItem', 'dynamodb:GetItem'], mailSender: ['ses:SendEmail'] },
  },
  erase: {
    memoryMb: 512,
    timeoutS: 900,
    fedBy: 'outbox',
    may: {
      accounts: [
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      outbox: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
      links: ['dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      'links/byWorkspace': ['dynamodb:Query'],
      counts: ['dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      events: ['dynamodb:BatchWriteItem', 'dynamodb:Query'],
      jobs: ['dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      results: ['s3:ListBucket'],
      reportFiles: ['s3:DeleteObject'],
      reportRuns: ['states:StopExecution'],
      batchRuns: ['states:StopExecution'],
      qrCodes: ['dynamodb:BatchWriteItem', 'dynamodb:Query'],
      qrImages: ['s3:DeleteObject'],
      uploads: ['s3:ListBucket'],
      logoUploads: ['s3:DeleteObject'],
      cleanLogos: ['s3:DeleteObject'],
      batchUploads: ['s3:DeleteObject'],
      batchFiles: ['s3:DeleteObject'],
    },
  },
  'rotate-keys': {
    memoryMb: 512,
    timeoutS: 30,
    may: {
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      signingKeys: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
    },
  },
};
