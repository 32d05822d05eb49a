import { join } from 'node:path';
import { databaseArns, tableArns } from './cloud/glue.ts';
import type { Plan } from './cloud/plan.ts';
import type { DataFolder } from './data-folder.ts';
import { type AthenaEngine, startAthena } from './engines/athena.ts';
import { type DynamoDbEngine, startDynamoDb } from './engines/dynamodb.ts';
import { type EventBridgeEngine, startEventBridge } from './engines/event-bridge.ts';
import type { RoleAuthorizer } from './engines/iam.ts';
import { type KinesisEngine, startKinesis } from './engines/kinesis.ts';
import { type S3Engine, startS3 } from './engines/s3.ts';
import type { SecretStore } from './engines/secret-store.ts';
import { type SecretsManagerEngine, startSecretsManager } from './engines/secrets-manager.ts';
import { type SesEngine, startSes } from './engines/ses.ts';
import { type StepFunctionsEngine, startStepFunctions } from './engines/step-functions.ts';
import type { ValkeyEngine } from './engines/valkey.ts';
import { SECRET_ACCESS_KEY } from './lambda/function-env.ts';
import type { Shutdown } from './shutdown.ts';

export type Engines = {
  readonly dynamoDb: DynamoDbEngine;
  readonly kinesis: KinesisEngine;
  readonly s3: S3Engine;
  readonly athena: AthenaEngine;
  readonly valkey: ValkeyEngine;
  readonly secretsManager: SecretsManagerEngine;
  readonly ses: SesEngine;
  readonly eventBridge: EventBridgeEngine;
  readonly stepFunctions: StepFunctionsEngine;
};

export type EngineRoom = {
  readonly folder: DataFolder;
  readonly iam: RoleAuthorizer;
  readonly plan: Plan;
  readonly secrets: SecretStore;
  readonly started: Shutdown;
  readonly startCache: () => Promise<ValkeyEngine>;
};

/** Starts every engine and makes the tables and streams of the plan. */
export async function startEngines(room: EngineRoom, onProgress: (step: string) => void): Promise<Engines> {
  const { folder, plan, secrets, started, startCache } = room;
  const { authorize } = room.iam;
  onProgress('starting the engines');
  const s3 = started.closing(await startS3(s3Options(room)));
  const engines = {
    s3,
    athena: started.closing(await startAthena({ ...athenaOptions(room), results: s3 })),
    dynamoDb: started.closing(await startDynamoDb({ ...engineOptions(folder, 'dynamodb'), authorize })),
    kinesis: started.closing(await startKinesis({ ...engineOptions(folder, 'kinesis'), authorize })),
    valkey: started.closing(await startCache()),
    secretsManager: started.closing(await startSecretsManager({ store: secrets, secrets: plan.secrets, authorize })),
    ses: started.closing(await startSes({ outboxDir: folder.outboxDir, authorize })),
    eventBridge: started.closing(
      await startEventBridge({ buses: plan.eventBuses, logsDir: folder.logsDir, authorize }),
    ),
    stepFunctions: started.closing(
      await startStepFunctions({
        ...engineOptions(folder, 'step-functions'),
        machines: plan.stateMachines,
        authorize,
      }),
    ),
  };
  onProgress('creating tables and streams');
  for (const { definition } of plan.tables) await engines.dynamoDb.createTable(definition);
  for (const { name, shards, retentionHours } of plan.streams) {
    await engines.kinesis.createStream({ name, shards, retentionHours });
  }
  return engines;
}

const s3Options = ({ folder, plan, iam }: EngineRoom): Parameters<typeof startS3>[0] => ({
  root: folder.bucketsDir,
  isDurable: folder.engineDir('s3') !== undefined,
  buckets: plan.buckets,
  authorize: iam.authorize,
  secretFor: () => SECRET_ACCESS_KEY,
});

const athenaOptions = ({ folder, plan, iam }: EngineRoom): Omit<Parameters<typeof startAthena>[0], 'results'> => ({
  workgroups: plan.workgroups,
  tables: plan.glueTables.map((table) => ({
    ...table,
    folder: join(folder.bucketsDir, table.bucketName, table.prefix.replace(/\/$/, '')),
    bucketArn: `arn:aws:s3:::${table.bucketName}`,
    databaseArns: databaseArns(table.database),
    tableArns: tableArns(table),
  })),
  defaultDatabaseArns: databaseArns('default'),
  spillDir: join(folder.path, 'spill'),
  authorize: iam.authorize,
});

/** Where an engine keeps its data; nothing where it keeps none. */
export const engineOptions = (folder: DataFolder, name: string): { dataDir?: string } => {
  const dataDir = folder.engineDir(name);
  return dataDir === undefined ? {} : { dataDir };
};

/** What stands behind `AWS_ENDPOINT_URL_<SERVICE>`, by service. */
export const awsEndpointsOf = ({
  athena,
  dynamoDb,
  eventBridge,
  kinesis,
  s3,
  secretsManager,
  ses,
  stepFunctions,
}: Engines): Readonly<Record<string, string>> => ({
  ATHENA: athena.url,
  DYNAMODB: dynamoDb.url,
  EVENTBRIDGE: eventBridge.url,
  KINESIS: kinesis.url,
  S3: s3.url,
  SECRETS_MANAGER: secretsManager.url,
  SESV2: ses.url,
  SFN: stepFunctions.url,
});
