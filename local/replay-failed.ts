import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { REGION } from './cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from './engines/iam.ts';
import { SECRET_ACCESS_KEY } from './lambda/function-env.ts';
import { NOTHING_REPLAYED, s3FiledBucket, together } from './replay/filed-bucket.ts';
import { functionInvoker } from './replay/invoke-function.ts';
import { replayBatches } from './replay/replay-batches.ts';
import { replayRows } from './replay/replay-rows.ts';
import { readRunFile } from './run-file.ts';

/**
 * `npm run replay-failed`: what was given up on is tried again. Rows of the lake are made with the code of this checkout, batches of
 * streams are handed to the functions that gave up on them.
 *
 * Exit codes: 0 nothing failed is left, 1 something is, or it could not be done (on stderr why), 2 not understood.
 */

process.env['TZ'] = 'UTC';

const HELP = `Usage: npm run replay-failed -- [BUCKET…] [flags]

Tries again what was given up on. May be repeated: nothing is counted or done twice.

  rows     records that became no row of the lake become one, with the code of this checkout
  batches  clicks that were not counted, and other batches that a function failed on, are handed
           to that function again, as it is deployed

What succeeds leaves the failed records. The rest stays, and stderr says where and why.

  BUCKET…        of a deployed stage, with your own AWS credentials and region: its outputs LakeBucket
                 (rows) and FailedRecordsBucket (batches), one of them or both; without any, those of
                 the Signpost that runs on this machine
  --data FOLDER  another data folder than .signpost
`;

/** A function may run for a quarter of an hour. */
const PATIENT = { requestHandler: { requestTimeout: 15 * 60_000, throwOnRequestTimeout: true } };

/** Where failed records lie, and whom their functions are called by. */
type Place = { readonly s3: S3Client; readonly lambda: LambdaClient; readonly buckets: readonly string[] };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const { s3, lambda, buckets } = positionals.length === 0 ? laptop(values.data ?? '.signpost') : deployed(positionals);
  let [rows, batches] = [NOTHING_REPLAYED, NOTHING_REPLAYED];
  for (const name of buckets) {
    const bucket = s3FiledBucket(s3, name);
    const tell = (line: string): void => console.error(`${name}/${line}`);
    rows = together(rows, await replayRows({ bucket, tell }));
    batches = together(batches, await replayBatches({ bucket, invoke: functionInvoker(lambda), tell }));
  }
  s3.destroy();
  lambda.destroy();
  console.log(`rows: ${rows.done} brought into the lake, ${rows.left} left`);
  console.log(`batches: ${batches.done} record(s) taken by their functions, ${batches.left} left`);
  return rows.left + batches.left === 0 ? 0 : 1;
}

function laptop(dataDir: string): Place {
  const running = readRunFile(dataDir);
  if (running === null) throw new Error('Signpost is not running here; start it with: npm start');
  const s3 = new S3Client({
    endpoint: running.s3_url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
  });
  const lambda = new LambdaClient({
    endpoint: running.lambda_url,
    region: REGION,
    credentials: { accessKeyId: running.access_key_id, secretAccessKey: SECRET_ACCESS_KEY },
    ...PATIENT,
  });
  return { s3, lambda, buckets: running.failure_buckets };
}

const deployed = (buckets: readonly string[]): Place => ({
  s3: new S3Client(),
  lambda: new LambdaClient(PATIENT),
  buckets,
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1;
}
