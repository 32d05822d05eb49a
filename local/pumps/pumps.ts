import type { EventSourcePlan } from '../cloud/event-sources.ts';
import type { FunctionPlan } from '../cloud/functions.ts';
import { arnOfRole } from '../cloud/roles.ts';
import type { DynamoDbEngine } from '../engines/dynamodb.ts';
import type { Authorize } from '../engines/engine.ts';
import type { KinesisEngine } from '../engines/kinesis.ts';
import type { S3Engine } from '../engines/s3.ts';
import { accessKeyIdOfRole } from '../lambda/function-env.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { openCheckpoints } from './checkpoints.ts';
import { dynamoDbSource } from './dynamodb-source.ts';
import { type GivenUp, keepFailedRecords } from './failed-records.ts';
import { kinesisSources } from './kinesis-source.ts';
import { checkPollerPowers } from './poller-powers.ts';
import { type ShardPump, startShardPump } from './shard-pump.ts';
import type { RecordSource } from './source.ts';

/** All event source mappings at work. */
export type Pumps = {
  /** Resolves when every stream was found empty while no pump passed anything on: also what one puts into another's. */
  idle(): Promise<void>;
  /** Mapping and shard → milliseconds that the oldest record in hand has been waiting. */
  lagMs(): Readonly<Record<string, number>>;
  close(): Promise<void>;
};

export type PumpsOptions = {
  readonly mappings: readonly EventSourcePlan[];
  readonly functions: readonly FunctionPlan[];
  readonly kinesis: KinesisEngine;
  readonly dynamoDb: DynamoDbEngine;
  readonly host: Pick<LambdaHost, 'invoke'>;
  readonly authorize: Authorize;
  /** Null keeps checkpoints in memory. */
  readonly checkpointsPath: string | null;
  /** Takes the batches that are given up on. */
  readonly s3: Pick<S3Engine, 'put'>;
  readonly log: (line: string) => void;
};

/** Throws when a function's role may not read its source. */
export function startPumps(options: PumpsOptions): Pumps {
  const { mappings, host, log } = options;
  for (const mapping of mappings) {
    checkPollerPowers(mapping, accessKeyIdOfRole(roleNameOf(mapping, options.functions)), options.authorize);
  }
  const checkpoints = openCheckpoints(options.checkpointsPath);

  async function giveUp(given: GivenUp): Promise<void> {
    const { mapping, records, condition } = given;
    const kept = (await keepFailedRecords(options.s3, given)) ?? 'not kept';
    log(`${mapping.name}: ${records.length} record(s) given up on (${condition}), ${kept}`);
  }

  const pumps = new Map<string, ShardPump>();
  for (const mapping of mappings) {
    for (const source of sourcesOf(mapping, options)) {
      const invoke = (functionName: string, event: unknown): Promise<unknown> => host.invoke(functionName, event);
      const pump = startShardPump({ mapping, source, checkpoints, invoke, giveUp, log });
      pumps.set(`${mapping.name}/${source.shardId}`, pump);
    }
  }
  const all = [...pumps.values()];
  const passedOn = (): number => all.reduce((sum, pump) => sum + pump.passedOn(), 0);

  return {
    async idle() {
      for (let before = -1; before !== passedOn(); ) {
        before = passedOn();
        await Promise.all(all.map((pump) => pump.empty()));
      }
    },
    lagMs: () => Object.fromEntries([...pumps].map(([name, pump]) => [name, pump.lagMs()])),
    async close() {
      await Promise.all(all.map((pump) => pump.stop()));
      await checkpoints.flush();
    },
  };
}

function roleNameOf({ functionName, name }: EventSourcePlan, functions: readonly FunctionPlan[]): string {
  const found = functions.find((candidate) => candidate.name === functionName);
  if (found === undefined) throw new Error(`Event source ${name} feeds ${functionName}, which is in no template.`);
  return found.roleName;
}

function sourcesOf(mapping: EventSourcePlan, options: PumpsOptions): readonly RecordSource[] {
  if (mapping.kind === 'dynamodb') return [dynamoDbSource(options.dynamoDb, mapping.sourceName)];
  const roleArn = arnOfRole(roleNameOf(mapping, options.functions));
  return kinesisSources(options.kinesis, mapping.sourceName, mapping.streamArn, roleArn);
}
