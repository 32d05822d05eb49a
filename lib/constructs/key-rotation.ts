import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

const EVERY_DAYS = 30;

/**
 * Secrets Manager renews the key set with the function: at once, which makes the first key, then every 30 days. The
 * bare resource, because the construct around it gives the function powers of its own choice.
 */
export class KeyRotation extends Construct {
  constructor(scope: Construct, id: string, keys: ISecret, rotateKeys: IFunction) {
    super(scope, id);
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: keys.secretArn,
      rotationLambdaArn: rotateKeys.functionArn,
      rotateImmediatelyOnUpdate: true,
      rotationRules: { automaticallyAfterDays: EVERY_DAYS },
    });
    rotateKeys.addPermission('Rotation', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Aws.ACCOUNT_ID,
      sourceArn: keys.secretArn,
    });
    // Secrets Manager calls the function while it is being told to.
    schedule.node.addDependency(rotateKeys);
  }
}
