import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/**
 * Calls a function whenever the expression says, `rate(1 hour)` or `cron(0 6 1 * ? *)` in UTC. The bare resource, because the
 * construct around it gives its role a star. A call that fails is tried for an hour.
 */
export class Recurring extends Construct {
  constructor(scope: Construct, id: string, called: IFunction, expression: string) {
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
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: called.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      },
    });
  }
}
