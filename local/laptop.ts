import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SettingsOverrides, settingsFor } from '../lib/config.ts';
import type { FunctionPlan } from './cloud/functions.ts';
import { type Plan, planOf } from './cloud/plan.ts';
import { valueOfSecret } from './cloud/secrets.ts';
import { type DataFolder, openDataFolder, openEphemeralFolder } from './data-folder.ts';
import { type DynamoDbEngine, startDynamoDb } from './engines/dynamodb.ts';
import { type RoleAuthorizer, roleAuthorizer } from './engines/iam.ts';
import { type KinesisEngine, startKinesis } from './engines/kinesis.ts';
import { openSecrets } from './engines/secrets.ts';
import { startValkey, type ValkeyEngine } from './engines/valkey.ts';
import { openDoor } from './gateway/door.ts';
import { serveDoors } from './gateway/serve-doors.ts';
import { accessKeyIdOfRole, lambdaEnvOf } from './lambda/function-env.ts';
import { openFunctionLog } from './lambda/function-log.ts';
import { type LambdaHost, startLambdaHost } from './lambda/host.ts';
import { checkServicePowers } from './lambda/service-powers.ts';
import { type Pumps, startPumps } from './pumps/pumps.ts';
import { startTtlSweeper, type TtlSweeper } from './pumps/ttl-sweeper.ts';
import { synthesize } from './synthesize.ts';

export type LaptopOptions = {
  /** Null keeps all data in memory for this run. */
  readonly dataDir: string | null;
  /** 0 takes any free port. */
  readonly appPort: number;
  readonly shortPort: number;
  readonly settings?: SettingsOverrides;
  /** Starts another cache than `startValkey` would: tests put a faulty network before it. */
  readonly startCache?: () => Promise<ValkeyEngine>;
  readonly onProgress?: (step: string) => void;
};

export type Engines = {
  readonly dynamoDb: DynamoDbEngine;
  readonly kinesis: KinesisEngine;
  readonly valkey: ValkeyEngine;
};

/** A whole Signpost, running. */
export type Laptop = {
  /** `http://localhost:4000`. */
  readonly appUrl: string;
  readonly shortUrl: string;
  readonly plan: Plan;
  readonly engines: Engines;
  readonly host: LambdaHost;
  readonly pumps: Pumps;
  readonly ttlSweeper: TtlSweeper;
  readonly iam: RoleAuthorizer;
  /** Where demo.json, logs and failed records are. */
  readonly dataPath: string;
  close(): Promise<void>;
};

/** Bundles and templates are no data: they are kept with the checkout, also for ephemeral runs. */
const CACHE_DIR = fileURLToPath(new URL('../.signpost/cache', import.meta.url));

/**
 * Starts everything the templates declare. Ports and data folder are taken first, so what cannot work fails before
 * any work is done. Throws an Error whose message is one sentence; whatever was started by then is closed again.
 */
export async function startLaptop(options: LaptopOptions): Promise<Laptop> {
  // Workers cannot have a zone of their own.
  process.env['TZ'] = 'UTC';
  const started = new Shutdown();
  try {
    return await start(options, options.onProgress ?? (() => undefined), started);
  } catch (error) {
    await started.close();
    throw error;
  }
}

async function start(options: LaptopOptions, onProgress: (step: string) => void, started: Shutdown): Promise<Laptop> {
  const { dataDir } = options;
  const folder = dataDir === null ? openEphemeralFolder() : openDataFolder(dataDir);
  started.add(async () => folder.close());
  const shortDoor = started.closing(await openDoor(options.shortPort, 'SHORT_PORT'));
  const appDoor = started.closing(await openDoor(options.appPort, 'PORT'));

  const settings = settingsFor('laptop', options.settings);
  const assembly = started.closing(await synthesize(settings, `http://${shortDoor.domain}`, CACHE_DIR, onProgress));
  const secrets = openSecrets(engineOptions(folder, 'secrets'));
  const plan = planOf(assembly.stacks, {
    doorDomain: (kind) => (kind === 'http-api' ? shortDoor : appDoor).domain,
    secretValue: (secret) => valueOfSecret(secret, secrets),
  });

  onProgress('starting the engines');
  const iam = roleAuthorizer(plan.roles.map((role) => ({ ...role, accessKeyId: accessKeyIdOfRole(role.name) })));
  for (const fn of plan.functions) checkServicePowers(fn, plan.caches, iam.authorize);
  const engines = await startEngines(folder, iam, started, options.startCache ?? startValkey);
  onProgress('creating tables and streams');
  for (const { definition } of plan.tables) await engines.dynamoDb.createTable(definition);
  for (const { name, shards, retentionHours } of plan.streams) {
    await engines.kinesis.createStream({ name, shards, retentionHours });
  }

  const log = started.closing(openFunctionLog(folder.logsDir, 'laptop'));
  const say = (line: string): void => log.write(`${new Date().toISOString()} ${line}\n`);
  const host = started.closing(hostOf(plan, folder, engines, join(assembly.dir, 'compiled')));
  serveDoors(plan, host, { 'http-api': shortDoor, 'rest-api': appDoor });
  const pumps = started.closing(
    startPumps({
      mappings: plan.eventSources,
      functions: plan.functions,
      kinesis: engines.kinesis,
      dynamoDb: engines.dynamoDb,
      host,
      authorize: iam.authorize,
      checkpointsPath: folder.checkpointsPath,
      failedRecordsDir: folder.failedRecordsDir,
      log: say,
    }),
  );
  const ttlSweeper = started.closing(startTtlSweeper(plan.tables, engines.dynamoDb, say));
  onProgress('loading the functions');
  await host.warm([...new Set(plan.httpApis.flatMap(({ routes }) => routes.map(({ functionName }) => functionName)))]);

  return {
    appUrl: `http://${appDoor.domain}`,
    shortUrl: `http://${shortDoor.domain}`,
    plan,
    engines,
    host,
    pumps,
    ttlSweeper,
    iam,
    dataPath: folder.path,
    close: () => started.close(),
  };
}

const engineOptions = (folder: DataFolder, name: string): { dataDir?: string } => {
  const dataDir = folder.engineDir(name);
  return dataDir === undefined ? {} : { dataDir };
};

async function startEngines(
  folder: DataFolder,
  { authorize }: RoleAuthorizer,
  started: Shutdown,
  startCache: () => Promise<ValkeyEngine>,
): Promise<Engines> {
  return {
    dynamoDb: started.closing(await startDynamoDb({ ...engineOptions(folder, 'dynamodb'), authorize })),
    kinesis: started.closing(await startKinesis({ ...engineOptions(folder, 'kinesis'), authorize })),
    valkey: started.closing(await startCache()),
  };
}

function hostOf(
  plan: Plan,
  folder: DataFolder,
  { dynamoDb, kinesis, valkey }: Engines,
  compileCacheDir: string,
): LambdaHost {
  const endpoints = { aws: { DYNAMODB: dynamoDb.url, KINESIS: kinesis.url }, valkey: valkey.url };
  return startLambdaHost({
    functions: plan.functions,
    envFor: (fn: FunctionPlan) => lambdaEnvOf(fn, endpoints),
    logsDir: folder.logsDir,
    compileCacheDir,
  });
}

/** Closes what was started, the last first. */
class Shutdown {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  closing<T extends { close(): Promise<void> }>(one: T): T {
    this.add(() => one.close());
    return one;
  }

  /** One that cannot be closed does not keep the others open. */
  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => console.error(`While stopping: ${String(error)}`));
    }
  }
}
