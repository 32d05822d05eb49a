import type { FunctionName } from '../adapters/env.ts';
import type { FunctionPowers } from './powers.ts';

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
const ASKS_ROLL_UPS = {
  rollUpsTable: ['glue:GetTable'],
  rollUps: ['s3:GetObject'],
} as const satisfies FunctionPowers['may'];

/** Of the functions that write, ask and tend the lake. */
export const LAKE_POWERS = {
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
  // Firehose hands it what it reads itself, and writes what it answers.
  'clicks-to-rows': { memoryMb: 512, timeoutS: 60, may: {} },
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
} as const satisfies Partial<Record<FunctionName, FunctionPowers>>;
