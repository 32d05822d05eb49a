import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ApiLogging } from '../constructs/api-logging.ts';
import { CustomerApi } from '../constructs/customer-api.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';

type CustomersProps = StackProps & {
  readonly surroundings: Surroundings;
  /** What short URLs start with. */
  readonly shortOrigin: string;
  /** Functions that answer on both doors. */
  readonly unlock: IFunction;
  readonly service: IFunction;
  /** Functions of the accounts stack. */
  readonly auth: IFunction;
  readonly accounts: IFunction;
  /** Of the reports stack. */
  readonly reports: IFunction;
  /** Of the QR stack. */
  readonly qr: IFunction;
  readonly logos: IFunction;
  readonly batches: IFunction;
  readonly batchEvents: IFunction;
};

/** What answers customers: the REST API of the app domain, its authorizer and its functions. */
export class CustomersStack extends Stack {
  readonly links: IFunction;
  readonly analytics: IFunction;
  readonly live: IFunction;
  readonly track: IFunction;
  readonly export: IFunction;
  readonly authorizer: IFunction;
  readonly api: CustomerApi;

  constructor(scope: Construct, id: string, props: CustomersProps) {
    super(scope, id, props);
    const { surroundings, shortOrigin, unlock, service, auth, accounts, reports, qr, logos, batches, batchEvents } =
      props;
    const { settings } = surroundings;
    this.links = new ServiceFunction(this, 'links', surroundings, shortOrigin).lambda;
    this.analytics = new ServiceFunction(this, 'analytics', surroundings).lambda;
    this.live = new ServiceFunction(this, 'live', surroundings).lambda;
    this.export = new ServiceFunction(this, 'export', surroundings).lambda;
    this.track = new ServiceFunction(this, 'track', surroundings).lambda;
    this.authorizer = new ServiceFunction(this, 'authorizer', surroundings).lambda;
    // Without a name of its own the app domain is not known here yet; the short domain explains errors as well.
    const problemOrigin = settings.appDomain === null ? shortOrigin : `https://${settings.appDomain.hostname}`;
    const lambdas = {
      links: this.links,
      analytics: this.analytics,
      live: this.live,
      track: this.track,
      export: this.export,
      authorizer: this.authorizer,
      unlock,
      service,
      auth,
      accounts,
      reports,
      qr,
      logos,
      batches,
      'batch-events': batchEvents,
    };
    this.api = new CustomerApi(this, 'CustomerApi', settings, lambdas, {
      problem: problemOrigin,
      short: shortOrigin,
    });
    this.api.restApi.deploymentStage.node.addDependency(new ApiLogging(this, 'ApiLogging'));
  }
}
