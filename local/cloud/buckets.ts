import type { CorsRule } from '../engines/s3-cors.ts';
import type { ExpiryRule } from '../engines/s3-lifecycle.ts';
import { isForDistribution, statementsOfPolicy } from './bucket-readers.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import type { Properties } from './properties.ts';

export type BucketPlan = {
  readonly name: string;
  readonly arn: string;
  readonly cors: readonly CorsRule[];
  readonly expiry: readonly ExpiryRule[];
};

/** What would change how a bucket behaves, and is not played. Encryption, logging and the like mean nothing on a laptop. */
const NOT_PLAYED = [
  'VersioningConfiguration',
  'ObjectLockEnabled',
  'WebsiteConfiguration',
  'NotificationConfiguration',
];

/** Throws for a bucket that would behave differently in AWS, and for a policy that does more than ask for TLS and let distributions read. */
export function bucketsOf(cloud: Cloud): readonly BucketPlan[] {
  for (const policy of cloud.ofType('AWS::S3::BucketPolicy')) refuseUnplayed(policy);
  return cloud.ofType('AWS::S3::Bucket').map(bucketOf);
}

function bucketOf(bucket: CloudResource): BucketPlan {
  const { properties } = bucket;
  const unplayed = NOT_PLAYED.find((name) => properties.has(name));
  if (unplayed !== undefined) throw new Error(`${properties.where}: the laptop's buckets have no ${unplayed}.`);
  return {
    name: bucket.name,
    arn: bucket.attribute('Arn'),
    cors: properties.inner('CorsConfiguration').list('CorsRules').map(corsRuleOf),
    expiry: properties
      .inner('LifecycleConfiguration')
      .list('Rules')
      .filter((rule) => rule.text('Status') === 'Enabled')
      .map(expiryRuleOf),
  };
}

const corsRuleOf = (rule: Properties): CorsRule => ({
  origins: rule.texts('AllowedOrigins'),
  methods: rule.texts('AllowedMethods'),
  headers: rule.texts('AllowedHeaders'),
  exposedHeaders: rule.texts('ExposedHeaders'),
  maxAgeS: rule.numberOr('MaxAge', null),
});

/** Transitions to colder storage change no answer; everything else that a rule may choose by is refused. */
function expiryRuleOf(rule: Properties): ExpiryRule {
  const unplayed = ['TagFilters', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan', 'ExpirationDate'].find((name) =>
    rule.has(name),
  );
  if (unplayed !== undefined) throw new Error(`${rule.where}: the laptop's lifecycle rules have no ${unplayed}.`);
  return {
    prefix: rule.textOr('Prefix', ''),
    days: rule.numberOr('ExpirationInDays', null),
    abortUploadsAfterDays: rule.inner('AbortIncompleteMultipartUpload').numberOr('DaysAfterInitiation', null),
  };
}

function refuseUnplayed(policy: CloudResource): void {
  const asksForTls = (statement: Properties): boolean =>
    statement.text('Effect') === 'Deny' &&
    statement.inner('Condition').inner('Bool').textOr('aws:SecureTransport', null) === 'false';
  if (statementsOfPolicy(policy).every((statement) => asksForTls(statement) || isForDistribution(statement))) return;
  throw new Error(
    `${policy.properties.where}: the laptop judges roles and distributions only, not what a bucket's policy says of others.`,
  );
}
