import type { DeliveryStreamPlan } from '../cloud/delivery-streams.ts';
import type { Authorize } from '../engines/engine.ts';
import { objectKey } from './object-key.ts';

/** What Firehose calls in the role's name. Where one is missing, AWS delivers nothing and says so in a log at best. */
const READING = ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'];
const ASKING = ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'];
const LOOKING_UP = ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'];
const LOGGING = ['logs:PutLogEvents'];
const FINDING = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
const WRITING = ['s3:AbortMultipartUpload', 's3:PutObject'];

/** Throws an Error with IAM's own sentence when the role behind `accessKeyId` may not do all of it. */
export function checkDeliveryPowers(plan: DeliveryStreamPlan, accessKeyId: string, authorize: Authorize): void {
  const ask = (actions: readonly string[], resourceArns: readonly string[]): void => {
    for (const action of actions) {
      const decision = authorize({ accessKeyId, action, resourceArns });
      if (!decision.allowed) throw new Error(`The delivery stream ${plan.name} is refused: ${decision.message}`);
    }
  };
  const keyOf = (prefix: string, errorType: string | null): string =>
    objectKey(prefix, { deliveryStream: plan.name, arrivedAtMs: Date.now(), errorType });
  ask(READING, [plan.streamArn]);
  ask(ASKING, [plan.transform.functionArn]);
  ask(LOOKING_UP, plan.tableArns);
  if (plan.logGroupArn !== null) ask(LOGGING, [plan.logGroupArn.replace(/:\*$/, ':log-stream:laptop')]);
  ask(FINDING, [plan.bucketArn]);
  ask(WRITING, [`${plan.bucketArn}/${keyOf(plan.prefix, null)}`]);
  for (const errorType of ['processing-failed', 'format-conversion-failed']) {
    ask(WRITING, [`${plan.bucketArn}/${keyOf(plan.errorPrefix, errorType)}`]);
  }
}
