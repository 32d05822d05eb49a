import type { Cloud, CloudResource } from './cloud.ts';
import type { Properties } from './properties.ts';
import { arnOfRole, type RolePlan, statementOf } from './roles.ts';

/** The name by which engines know a distribution that reads a bucket. */
export const readerOfBuckets = (distributionName: string): string => `${distributionName}-origin-access`;

/** What the policies of buckets allow distributions, each as the role of the distribution. */
export const bucketReadersOf = (cloud: Cloud): readonly RolePlan[] =>
  cloud.ofType('AWS::CloudFront::Distribution').map(({ name }) => ({
    name: readerOfBuckets(name),
    arn: arnOfRole(readerOfBuckets(name)),
    statements: cloud
      .ofType('AWS::S3::BucketPolicy')
      .flatMap(statementsOfPolicy)
      .filter((statement) => isForDistribution(statement) && sourceArnOf(statement)?.endsWith(`/${name}`) === true)
      .map(statementOf)
      // The condition names the distribution, which is who asks.
      .map(({ effect, actions, resources }) => ({ effect, actions, resources })),
  }));

/** Whether a statement lets CloudFront, in the name of one distribution, read. */
export const isForDistribution = (statement: Properties): boolean =>
  statement.text('Effect') === 'Allow' &&
  statement.inner('Principal').textOr('Service', null) === 'cloudfront.amazonaws.com' &&
  sourceArnOf(statement) !== null;

export const statementsOfPolicy = ({ properties }: CloudResource): readonly Properties[] =>
  properties.inner('PolicyDocument').list('Statement');

const sourceArnOf = (statement: Properties): string | null =>
  statement.inner('Condition').inner('StringEquals').textOr('AWS:SourceArn', null);
