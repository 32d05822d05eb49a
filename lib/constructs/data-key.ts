import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Aws, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** Services that use the key while they act for a role of this account. */
const SERVICES = ['dynamodb', 'kinesis', 's3'] as const;

/**
 * The stage's own encryption key. Its policy lets this account's roles use it through DynamoDB, Kinesis and S3 only,
 * as the keys AWS manages do; so a role needs no KMS action of its own, and cannot decrypt anything by itself.
 */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id);
    const { region } = Stack.of(this);
    this.key = new Key(this, 'Key', {
      description: 'Signpost: tables, click stream, failed records',
      enableKeyRotation: true,
      removalPolicy,
    });
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'UseThroughDataServices',
        principals: [new AnyPrincipal()],
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:CallerAccount': Aws.ACCOUNT_ID,
            'kms:ViaService': SERVICES.map((service) => `${service}.${region}.amazonaws.com`),
          },
        },
      }),
    );
  }
}
