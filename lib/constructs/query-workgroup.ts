import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { QUERIES_PREFIX } from './results-bucket.ts';

const GB = 1_000_000_000;

/** Where queries run, with what they may cost and where their answers go; no query can ask for anything else. */
export class QueryWorkgroup extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    settings: StageSettings,
    { results, key }: { results: IBucket; key: IKey | null },
  ) {
    super(scope, id);
    this.name = `signpost-${settings.stage}`;
    this.arn = `arn:${Aws.PARTITION}:athena:${Aws.REGION}:${Aws.ACCOUNT_ID}:workgroup/${this.name}`;
    new CfnWorkGroup(this, 'Workgroup', {
      name: this.name,
      description: `Signpost ${settings.stage}: questions to the lake`,
      // Otherwise a stack with one query in its history could not be deleted.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: settings.lake.queryCutoffGb * GB,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/${QUERIES_PREFIX}`,
          encryptionConfiguration:
            key === null ? { encryptionOption: 'SSE_S3' } : { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
  }
}
