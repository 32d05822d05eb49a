import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryStreamPlan } from '../cloud/delivery-streams.ts';
import type { Authorize } from '../engines/engine.ts';
import type { KinesisEngine } from '../engines/kinesis.ts';
import type { S3Engine } from '../engines/s3.ts';
import { accessKeyIdOfRole } from '../lambda/function-env.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { openCheckpoints } from '../pumps/checkpoints.ts';
import { checkDeliveryPowers } from './delivery-powers.ts';
import { startShardDelivery } from './shard-delivery.ts';

/** Plays Firehose: all delivery streams of the templates at work. */
export type Deliveries = {
  /** Resolves when everything that was on the streams at the time of this call is in the buckets. */
  flush(): Promise<void>;
  close(): Promise<void>;
};

export type DeliveriesOptions = {
  readonly plans: readonly DeliveryStreamPlan[];
  readonly kinesis: KinesisEngine;
  readonly s3: S3Engine;
  readonly host: Pick<LambdaHost, 'invoke'>;
  readonly authorize: Authorize;
  /** Where checkpoints are; without it they are in memory. */
  readonly dataDir?: string;
  readonly log: (line: string) => void;
};

/** The template's patience is for files of a size; nobody at a laptop waits for minutes to see a row. */
const LONGEST_BUFFER_MS = 5_000;

/** Throws when a role may not do what Firehose does in its name. */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const { plans, kinesis, s3, host, dataDir, log } = options;
  for (const plan of plans) checkDeliveryPowers(plan, accessKeyIdOfRole(plan.roleName), options.authorize);
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const checkpoints = openCheckpoints(dataDir === undefined ? null : join(dataDir, 'checkpoints.json'));
  const invoke = (functionName: string, event: unknown): Promise<unknown> => host.invoke(functionName, event);
  const all = plans.flatMap((plan) =>
    kinesis.shardIds(plan.sourceName).map((shardId) => {
      const longestBufferMs = Math.min(plan.bufferS * 1_000, LONGEST_BUFFER_MS);
      return startShardDelivery({ plan, shardId, kinesis, s3, checkpoints, longestBufferMs, invoke, log });
    }),
  );
  return {
    async flush() {
      await Promise.all(all.map((delivery) => delivery.flush()));
    },
    async close() {
      await Promise.all(all.map((delivery) => delivery.stop()));
      await checkpoints.flush();
    },
  };
}
