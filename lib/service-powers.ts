// What AWS's own services do in the name of a role, besides what the role's functions do themselves. The laptop asks each role for
// what AWS would ask for, from lists of its own, so that an action forgotten here fails there.

/** What Lambda's poller does in the function's name: AWS refuses an event source mapping without all of these. */
export const POLLER_POWERS = {
  clickStream: [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ],
  tableStream: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  /** `ListStreams` cannot be limited to one stream: AWS knows it only on `*`. */
  anyTableStream: ['dynamodb:ListStreams'],
  /** A batch given up on is written, whole, under the mapping's own prefix. */
  failedRecords: ['s3:PutObject'],
  failedRecordsBucket: ['s3:ListBucket'],
} as const;

/** What Firehose does to bring clicks into the lake; `core/lake/clicks-table.ts` says where to. */
export const DELIVERY_POWERS = {
  clickStream: ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
  transform: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
  catalog: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
  lake: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
  lakeObjects: ['s3:AbortMultipartUpload', 's3:PutObject'],
  logs: ['logs:PutLogEvents'],
} as const;

/** What Step Functions does in the name of a state machine; `lib/constructs/workflow.ts` says where. */
export const WORKFLOW_POWERS = {
  calls: ['lambda:InvokeFunction'],
  startChildren: ['states:StartExecution'],
  children: ['states:DescribeExecution', 'states:StopExecution'],
  readItems: ['s3:GetObject'],
  writeResults: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
  /** AWS knows these actions only on `*`. */
  logs: [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  ],
} as const;

/** What Lambda does in the function's name to put it in a VPC. AWS knows these actions only on `*`. */
export const VPC_POWERS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
] as const;

/** Writing to its own log group, which exists already. */
export const LOG_POWERS = ['logs:CreateLogStream', 'logs:PutLogEvents'] as const;
