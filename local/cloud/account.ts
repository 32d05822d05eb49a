/** The account and region the laptop pretends to be. Constant, so that every ARN is the same on each start. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

/** `arn:aws:<service>:us-east-1:000000000000:<resource>`. */
export const arnOf = (service: string, resource: string): string =>
  `arn:${PARTITION}:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;

/** What `AWS::…` pseudo parameters give. `AWS::NoValue` is handled where members are removed. */
export function pseudoParameter(name: string, stackName: string): unknown {
  switch (name) {
    case 'AWS::Region':
      return REGION;
    case 'AWS::AccountId':
      return ACCOUNT_ID;
    case 'AWS::Partition':
      return PARTITION;
    case 'AWS::URLSuffix':
      return URL_SUFFIX;
    case 'AWS::StackName':
      return stackName;
    case 'AWS::StackId':
      return arnOf('cloudformation', `stack/${stackName}/00000000-0000-0000-0000-000000000000`);
    case 'AWS::NotificationARNs':
      return [];
    default:
      return undefined;
  }
}
