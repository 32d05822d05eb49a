import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import { KeyRotation } from '../constructs/key-rotation.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';

/** Who people are: signing in, their workspaces and keys, and what only an operator may call. Knows no door. */
export class AccountsStack extends Stack {
  readonly auth: IFunction;
  readonly accounts: IFunction;
  readonly rotateKeys: IFunction;

  constructor(scope: Construct, id: string, props: StackProps & { surroundings: Surroundings }) {
    super(scope, id, props);
    const { surroundings } = props;
    const lambda = (name: FunctionName) => new ServiceFunction(this, name, surroundings).lambda;
    this.auth = lambda('auth');
    this.accounts = lambda('accounts');
    this.rotateKeys = lambda('rotate-keys');
    new KeyRotation(this, 'KeyRotation', surroundings.data.signingKeys, this.rotateKeys);
    new CfnOutput(this, 'AdminCommand', {
      value: adminCommand(lambda('admin').functionName, this.region),
      description: 'Makes the first administrator; put in your own address and name',
    });
  }
}

/** Nobody but an AWS principal who may invoke the function can run it: no route leads there. */
function adminCommand(functionName: string, region: string): string {
  const payload = JSON.stringify({
    command: 'create-user',
    email: 'you@example.com',
    name: 'Your Name',
    is_admin: true,
  });
  return `aws lambda invoke --region ${region} --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '${payload}' /dev/stdout`;
}
