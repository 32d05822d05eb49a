import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Recurring } from './recurring.ts';

/** Calls a function once an hour. A call that fails is not tried longer than the next one is away. */
export class Hourly extends Recurring {
  constructor(scope: Construct, id: string, called: IFunction) {
    super(scope, id, called, 'rate(1 hour)');
  }
}
