import type { EventSourcePlan } from '../cloud/event-sources.ts';
import type { Authorize } from '../engines/engine.ts';

/**
 * What Lambda's poller calls in the function's name. AWS refuses a mapping whose role lacks one of them, so the laptop
 * asks for all of them before it reads.
 */
const READING = {
  kinesis: [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ],
  dynamodb: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
} as const;

/** Throws an Error with IAM's own sentence when the role behind `accessKeyId` may not feed the function. */
export function checkPollerPowers(mapping: EventSourcePlan, accessKeyId: string, authorize: Authorize): void {
  const ask = (action: string, resourceArn: string): void => {
    const decision = authorize({ accessKeyId, action, resourceArns: [resourceArn] });
    if (!decision.allowed)
      throw new Error(`The event source of ${mapping.functionName} is refused: ${decision.message}`);
  };
  for (const action of READING[mapping.kind]) ask(action, mapping.streamArn);
  if (mapping.kind === 'dynamodb') ask('dynamodb:ListStreams', '*');
  const bucket = mapping.onFailureBucketArn;
  if (bucket === null) return;
  ask('s3:PutObject', `${bucket}/aws/lambda/${mapping.name}`);
  ask('s3:ListBucket', bucket);
}
