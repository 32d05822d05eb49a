import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';
import { VisitorApi } from '../constructs/visitor-api.ts';

/** What answers visitors: the HTTP API of the short domain and its three functions. Knows no domain name. */
export class VisitorsStack extends Stack {
  readonly redirect: IFunction;
  readonly unlock: IFunction;
  readonly service: IFunction;
  readonly api: VisitorApi;

  constructor(scope: Construct, id: string, props: StackProps & { surroundings: Surroundings }) {
    super(scope, id, props);
    const { surroundings } = props;
    this.redirect = new ServiceFunction(this, 'redirect', surroundings).lambda;
    this.unlock = new ServiceFunction(this, 'unlock', surroundings).lambda;
    this.service = new ServiceFunction(this, 'service', surroundings).lambda;
    this.api = new VisitorApi(this, 'VisitorApi', surroundings.settings, {
      redirect: this.redirect,
      unlock: this.unlock,
      service: this.service,
    });
  }
}
