import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import { BatchesWorkflow } from '../constructs/batches-workflow.ts';
import { Recurring } from '../constructs/recurring.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { QrBuckets, Surroundings } from '../constructs/surroundings.ts';
import { UploadsBucket } from '../constructs/uploads-bucket.ts';

type QrProps = StackProps & {
  readonly surroundings: Surroundings & Required<Pick<Surroundings, 'workflows'>>;
  /** Of the short domain, which shows what lies in it. */
  readonly images: IBucket;
  /** What short URLs start with. */
  readonly shortOrigin: string;
};

/** QR codes: who makes them, and where logos and batches lie. Knows no door. */
export class QrStack extends Stack {
  readonly buckets: QrBuckets;
  readonly qr: IFunction;
  readonly logos: IFunction;
  readonly batches: IFunction;
  readonly batchEvents: IFunction;
  readonly batchSweep: IFunction;
  /** Makes batches. */
  readonly batchRuns: StateMachine;

  constructor(scope: Construct, id: string, props: QrProps) {
    const { surroundings, images, shortOrigin } = props;
    const { settings, data } = surroundings;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    const uploads = new UploadsBucket(this, 'Uploads', settings, data.encryptionKey).bucket;
    this.buckets = { images, uploads };
    const withBuckets = { ...surroundings, qr: this.buckets };
    this.qr = new ServiceFunction(this, 'qr', withBuckets, shortOrigin).lambda;
    this.logos = new ServiceFunction(this, 'logos', withBuckets).lambda;
    const step = (name: FunctionName): IFunction => new ServiceFunction(this, name, withBuckets, shortOrigin).lambda;
    this.batchRuns = new BatchesWorkflow(this, 'BatchRuns', withBuckets, uploads, {
      plan: step('batch-plan'),
      rows: step('batch-rows'),
      finish: step('batch-finish'),
      rollback: step('batch-rollback'),
    }).machine;
    const withRuns = { ...withBuckets, workflows: { ...surroundings.workflows, batches: this.batchRuns } };
    this.batches = new ServiceFunction(this, 'batches', withRuns, shortOrigin).lambda;
    this.batchEvents = new ServiceFunction(this, 'batch-events', withRuns).lambda;
    this.batchSweep = new ServiceFunction(this, 'batch-sweep', withRuns).lambda;
    new Recurring(this, 'BatchSweepMinutely', this.batchSweep, 'rate(1 minute)');
  }
}
