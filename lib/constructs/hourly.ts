import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/**
 * Calls a function once an hour. The bare resource, because the construct around it gives its role a star. A call that
 * fails is not tried longer than the next one is away.
 */
export class Hourly extends Construct {
  constructor(scope: Construct, id: string, called: IFunction) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Lets EventBridge Scheduler call one function',
      // Without the condition a schedule of anybody's account could be given this role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        call: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [called.functionArn] })],
        }),
      },
    });
    new CfnSchedule(this, 'Schedule', {
      scheduleExpression: 'rate(1 hour)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: called.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      },
    });
  }
}
