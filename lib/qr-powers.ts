import type { FunctionName } from '../adapters/env.ts';
import type { FunctionPowers } from './powers.ts';

/** Ending and tidying up batches whose runs died, beginning those that nobody began. */
const SETTLES_BATCHES = {
  jobs: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  batchWorkflow: ['states:StartExecution'],
  batchRuns: ['states:DescribeExecution'],
} as const;

/** Of the functions that make QR codes, one at a time and many. */
export const QR_POWERS = {
  qr: {
    // A code is drawn, read by two decoders and written: a whole vCPU, up to 9 s. The largest pictures, one behind the other, take
    // up to 1.34 GB (docs/decisions/0019).
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
    may: { ...SETTLES_BATCHES, accounts: ['dynamodb:GetItem'] },
  },
  'batch-plan': {
    // A hundred thousand rows are parsed and checked: a whole vCPU.
    memoryMb: 1_769,
    timeoutS: 900,
    may: {
      jobs: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      accounts: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      links: ['dynamodb:Query'],
      // Without it nobody is told that rows are not there any more.
      uploads: ['s3:ListBucket'],
      batchFiles: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
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
  'batch-sweep': {
    memoryMb: 256,
    timeoutS: 60,
    may: { ...SETTLES_BATCHES, 'jobs/byUnsettled': ['dynamodb:Query'] },
  },
} as const satisfies Partial<Record<FunctionName, FunctionPowers>>;
