import type { FunctionName } from '../adapters/env.ts';
import type { TABLES, TableName } from '../adapters/table.ts';

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
 * What a function's code may touch: a table, one index of a table, the click stream, the cache, the signing keys, SES, the lake,
 * the buckets of QR codes, workflows.
 */
export type Place =
  | TableName
  | IndexPlace
  | 'clickStream'
  | 'cache'
  | 'signingKeys'
  | 'mailSender'
  | LakePlace
  | QrPlace
  | WorkflowPlace;

/** What Lambda's own poller reads a function's batches from. */
export type Feed = 'clickStream' | 'links' | 'clickSpool' | 'outbox';

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

/**
 * To ask the lake about clicks: what the function calls, and all that Athena does in its name, for which it has no role of
 * its own. Partitions are projected, so nobody looks them up. Its function needs `LAKE_DATABASE` and `QUERY_WORKGROUP`.
 */
export const ASKS_CLICKS = {
  queryWorkgroup: [
    'athena:GetQueryExecution',
    'athena:GetQueryResults',
    'athena:StartQueryExecution',
    'athena:StopQueryExecution',
  ],
  lakeCatalog: ['glue:GetDatabase', 'glue:GetTable'],
  defaultDatabase: ['glue:GetDatabase'],
  clicksTable: ['glue:GetTable'],
  lake: ['s3:GetBucketLocation', 's3:ListBucket'],
  lakeClicks: ['s3:GetObject'],
  results: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
  queryResults: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
} as const satisfies FunctionPowers['may'];

/** On top of `ASKS_CLICKS`: to ask what was rolled up. */
export const ASKS_ROLL_UPS = {
  rollUpsTable: ['glue:GetTable'],
  rollUps: ['s3:GetObject'],
} as const satisfies FunctionPowers['may'];

/** Every function's size and powers: the whole of what its role allows besides its own log group. */
export const FUNCTION_POWERS: Readonly<Record<FunctionName, FunctionPowers>> = {
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
  export: {
    // Rows pass through; one reader each.
    memoryMb: 512,
    // As long as API Gateway lets a stream last: 200 MB at 2 MB/s, behind a query of five minutes.
    timeoutS: 900,
    may: {
      ...ASKS_CLICKS,
      // Rows are read from the file, not page by page.
      queryWorkgroup: ['athena:GetQueryExecution', 'athena:StartQueryExecution', 'athena:StopQueryExecution'],
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem'],
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
  reports: {
    memoryMb: 512,
    timeoutS: 10,
    may: {
      links: ['dynamodb:GetItem'],
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      jobs: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      // The URL of a download is signed in its name.
      reportFiles: ['s3:GetObject'],
      reportWorkflow: ['states:StartExecution'],
      reportRuns: ['states:DescribeExecution', 'states:StopExecution'],
    },
  },
  'report-file': {
    // Millions of rows are read, put together and compressed: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 900,
    may: {
      jobs: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      queryResults: ['s3:GetObject'],
      reportFiles: ['s3:DeleteObject', 's3:PutObject'],
    },
  },
  'usage-reports': {
    memoryMb: 512,
    timeoutS: 900,
    may: {
      ...ASKS_CLICKS,
      accounts: ['dynamodb:BatchGetItem'],
      jobs: ['dynamodb:PutItem'],
      reportWorkflow: ['states:StartExecution'],
    },
  },
  qr: {
    // A code is drawn, read by two decoders and written: a whole vCPU. The largest picture takes 400 MB.
    memoryMb: 1_769,
    timeoutS: 29,
    may: {
      qrCodes: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      qrImages: ['s3:GetObject', 's3:PutObject'],
      // Without it nobody is told that a logo is not there.
      uploads: ['s3:ListBucket'],
      cleanLogos: ['s3:GetObject'],
      links: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      'links/byTarget': ['dynamodb:Query'],
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    },
  },
  logos: {
    // A picture of 2,048 × 2,048 pixels is decoded and written anew: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 29,
    may: {
      qrCodes: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      // Without it nobody is told that nothing was uploaded yet.
      uploads: ['s3:ListBucket'],
      // Forms and URLs are signed in its name.
      logoUploads: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      cleanLogos: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    },
  },
  batches: {
    // Four megabytes of rows, or an upload that is only looked at: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 29,
    may: {
      jobs: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      accounts: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      // The blocklist.
      links: ['dynamodb:Query'],
      // Without it nobody is told that an upload or a logo is not there.
      uploads: ['s3:ListBucket'],
      cleanLogos: ['s3:GetObject'],
      // Forms and URLs are signed in its name.
      batchUploads: ['s3:GetObject', 's3:PutObject'],
      batchFiles: ['s3:GetObject', 's3:PutObject'],
      batchWorkflow: ['states:StartExecution'],
      batchRuns: ['states:DescribeExecution', 'states:StopExecution'],
    },
  },
  'batch-events': {
    // As `live`.
    memoryMb: 256,
    timeoutS: 300,
    may: { jobs: ['dynamodb:GetItem'], accounts: ['dynamodb:GetItem'] },
  },
  'batch-plan': {
    // A hundred thousand rows are parsed and checked: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 900,
    may: {
      jobs: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      accounts: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      links: ['dynamodb:Query'],
      // Without it nobody is told that an upload is not there.
      uploads: ['s3:ListBucket'],
      batchUploads: ['s3:GetObject'],
      batchFiles: ['s3:GetObject', 's3:PutObject'],
    },
  },
  'batch-rows': {
    // Codes are drawn, read and written one behind the other: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 120,
    may: {
      jobs: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      links: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem'],
      qrCodes: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      uploads: ['s3:ListBucket'],
      cleanLogos: ['s3:GetObject'],
      batchFiles: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    },
  },
  'batch-finish': {
    // A part and two pieces of the ZIP are in memory, and text is packed: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 900,
    may: {
      jobs: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      accounts: ['dynamodb:UpdateItem'],
      batchFiles: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    },
  },
  'batch-rollback': {
    memoryMb: 512,
    timeoutS: 900,
    may: {
      jobs: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      accounts: ['dynamodb:UpdateItem'],
      links: ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem'],
      uploads: ['s3:ListBucket'],
      batchFiles: ['s3:DeleteObject', 's3:GetObject'],
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
  // Firehose hands it what it reads itself, and writes what it answers.
  'clicks-to-rows': { memoryMb: 512, timeoutS: 60, may: {} },
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
  // A day of hours in memory at once, where many days are to be caught up with.
  'roll-up': {
    memoryMb: 1_769,
    timeoutS: 900,
    may: { ...ASKS_CLICKS, rollUps: ['s3:GetObject', 's3:PutObject'] },
  },
  reconcile: {
    memoryMb: 1_769,
    timeoutS: 900,
    may: {
      ...ASKS_CLICKS,
      ...ASKS_ROLL_UPS,
      counts: ['dynamodb:GetItem', 'dynamodb:Query'],
      'counts/byWorkspaceClicks': ['dynamodb:Scan'],
    },
  },
  'cache-sync': {
    memoryMb: 512,
    timeoutS: 10,
    fedBy: 'links',
    usesCache: true,
    may: { cache: ['elasticache:Connect'] },
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
  'erase-rows': {
    // Files are decoded and written anew: a whole vCPU, and 2 GB for a row group of a million rows.
    memoryMb: 3_008,
    timeoutS: 900,
    may: {
      ...ASKS_CLICKS,
      ...ASKS_ROLL_UPS,
      lakeClicks: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      rollUps: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      lakeFailures: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      jobs: ['dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
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
