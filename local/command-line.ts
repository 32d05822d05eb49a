import { randomUUID } from 'node:crypto';
import type { Plan } from './cloud/plan.ts';
import { startLambdaApi } from './engines/lambda-api.ts';
import type { LambdaHost } from './lambda/host.ts';
import { bucketNamed } from './pumps/failed-records.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';

/** Construct id of the function in the templates; CDK puts a hash behind it. */
const ADMIN_FUNCTION_PREFIX = 'AdminFunction';

/** Makes the laptop answer `npm run admin` and `npm run replay-failed`, until it is closed. */
export async function openToCommandLine(
  plan: Plan,
  host: Pick<LambdaHost, 'invoke'>,
  { dataPath, appUrl, s3Url }: { readonly dataPath: string; readonly appUrl: string; readonly s3Url: string },
): Promise<{ close(): Promise<void> }> {
  const adminFunction = plan.functions.find(({ name }) => name.startsWith(ADMIN_FUNCTION_PREFIX))?.name;
  if (adminFunction === undefined) throw new Error(`No template has a function ${ADMIN_FUNCTION_PREFIX}….`);
  const accessKeyId = randomUUID();
  const invoke = (name: string, event: unknown): Promise<unknown> => host.invoke(name, event);
  const followers = plan.eventSources.flatMap(({ functionName, onFailureBucketArn: arn }) =>
    arn === null ? [] : [{ functionName, bucketName: bucketNamed(arn) }],
  );
  const functionNames = [adminFunction, ...followers.map(({ functionName }) => functionName)];
  const api = await startLambdaApi({ accessKeyId, functionNames, invoke });
  writeRunFile(dataPath, {
    lambda_url: api.url,
    access_key_id: accessKeyId,
    admin_function: adminFunction,
    app_url: appUrl,
    s3_url: s3Url,
    failure_buckets: [...new Set([...plan.deliveryStreams, ...followers].map(({ bucketName }) => bucketName))],
  });
  return {
    async close() {
      removeRunFile(dataPath);
      await api.close();
    },
  };
}
