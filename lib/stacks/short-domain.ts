import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { DoorDistribution } from '../constructs/door-distribution.ts';
import { ImagesBucket } from '../constructs/images-bucket.ts';
import type { KeptData } from '../constructs/surroundings.ts';
import type { VisitorApi } from '../constructs/visitor-api.ts';

/**
 * The name short links are printed with. On its own, and protected like the data: without a domain of one's own that
 * name is CloudFront's, and a distribution made anew gets another.
 */
export class ShortDomainStack extends Stack {
  /** What short URLs start with. */
  readonly shortOrigin: string;
  /** QR codes, shown below `/i/`. With the distribution that reads it, for each needs to know the other. */
  readonly images: Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { settings: StageSettings; data: KeptData; api: VisitorApi },
  ) {
    const { settings, data, api } = props;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    this.images = new ImagesBucket(this, 'Images', settings).bucket;
    const door = new DoorDistribution(this, 'Door', {
      settings,
      what: 'short domain',
      door: settings.shortDomain,
      origin: { hostname: api.hostname },
      originSecret: data.originSecret,
      images: this.images,
    });
    this.shortOrigin = settings.shortOrigin ?? door.origin;
    new CfnOutput(this, 'ShortDomainUrl', { value: door.origin, description: 'Where short links start' });
    new CfnOutput(this, 'ShortDomainTarget', {
      value: door.distribution.distributionDomainName,
      description: 'What the DNS record of your own short domain points at',
    });
  }
}
