import { arnOf } from './account.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import { s3Location } from './glue.ts';

export type WorkgroupPlan = {
  readonly name: string;
  readonly arn: string;
  readonly outputBucket: string;
  /** Ends in a slash. */
  readonly outputPrefix: string;
  /** A query that reads more is cancelled; null is without limit. */
  readonly cutoffBytes: number | null;
};

export const workgroupsOf = (cloud: Cloud): readonly WorkgroupPlan[] =>
  cloud.ofType('AWS::Athena::WorkGroup').map(workgroupOf);

/** Throws for a workgroup that lets a query choose for itself. */
function workgroupOf({ name, properties }: CloudResource): WorkgroupPlan {
  const configuration = properties.inner('WorkGroupConfiguration');
  if (!configuration.flag('EnforceWorkGroupConfiguration')) {
    throw new Error(`${configuration.where}: the laptop's Athena knows workgroups that enforce their configuration.`);
  }
  const output = configuration.inner('ResultConfiguration');
  const { bucketName, prefix } = s3Location(output.text('OutputLocation'), output.where);
  return {
    name,
    arn: arnOf('athena', `workgroup/${name}`),
    outputBucket: bucketName,
    outputPrefix: prefix,
    cutoffBytes: configuration.numberOr('BytesScannedCutoffPerQuery', null),
  };
}
