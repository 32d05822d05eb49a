import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { REGION } from './cloud/account.ts';
import { replayFailed } from './deliveries/replay.ts';
import { s3LakeBucket } from './deliveries/s3-lake-bucket.ts';
import { ADMIN_ACCESS_KEY_ID } from './engines/iam.ts';
import { SECRET_ACCESS_KEY } from './lambda/function-env.ts';
import { readRunFile } from './run-file.ts';

/**
 * `npm run replay-failed`: records that could not become rows of the lake are tried again, with the code of this checkout.
 *
 * Exit codes: 0 nothing failed is left, 1 something is, or it could not be done (on stderr why), 2 not understood.
 */

process.env['TZ'] = 'UTC';

const HELP = `Usage: npm run replay-failed -- [BUCKET] [flags]

Tries the failed records of the lake again. What becomes a row now goes into the lake, the rest stays. May be repeated.

  BUCKET         of a deployed stage (its lake stack prints it as the output LakeBucket), with your own AWS credentials;
                 without it, the lake of the Signpost that runs on this machine
  --data FOLDER  another data folder than .signpost
`;

type Lake = { readonly client: S3Client; readonly bucket: string };

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
  const [bucketName, ...others] = positionals;
  if (others.length > 0) throw new Error('there is one bucket at most; see npm run replay-failed -- --help');
  const { client, bucket } =
    bucketName === undefined
      ? lakeOfLaptop(values.data ?? '.signpost')
      : { client: new S3Client(), bucket: bucketName };
  const { rows, left } = await replayFailed(s3LakeBucket(client, bucket));
  client.destroy();
  console.log(`${rows} row(s) brought in, ${left} record(s) left.`);
  return left === 0 ? 0 : 1;
}

function lakeOfLaptop(dataDir: string): Lake {
  const running = readRunFile(dataDir);
  if (running === null) throw new Error('Signpost is not running here; start it with: npm start');
  const client = new S3Client({
    endpoint: running.s3_url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
  });
  return { client, bucket: running.lake_bucket };
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1;
}
