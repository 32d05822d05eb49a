import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import type { CustomerApi } from '../constructs/customer-api.ts';
import { DoorDistribution } from '../constructs/door-distribution.ts';
import type { KeptData } from '../constructs/surroundings.ts';

/** The name customers call. */
export class AppDomainStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { settings: StageSettings; data: KeptData; api: CustomerApi },
  ) {
    super(scope, id, props);
    const { settings, data, api } = props;
    const door = new DoorDistribution(this, 'Door', {
      settings,
      what: 'app domain',
      door: settings.appDomain,
      origin: { hostname: api.hostname, pathPrefix: api.pathPrefix },
      originSecret: data.originSecret,
    });
    new CfnOutput(this, 'ApiUrl', { value: `${door.origin}/v1`, description: 'Where customers call' });
    new CfnOutput(this, 'DocsUrl', { value: `${door.origin}/docs`, description: 'API documentation' });
    new CfnOutput(this, 'AppDomainTarget', {
      value: door.distribution.distributionDomainName,
      description: 'What the DNS record of your own app domain points at',
    });
  }
}
