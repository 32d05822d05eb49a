import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SettingsOverrides, settingsFor } from '../lib/config.ts';
import type { FunctionPlan } from './cloud/functions.ts';
import { type Plan, planOf } from './cloud/plan.ts';
import { valueOfSecret } from './cloud/secrets.ts';
import { openToCommandLine } from './command-line.ts';
import { type DataFolder, openDataFolder, openEphemeralFolder } from './data-folder.ts';
import { type Deliveries, startDeliveries } from './deliveries/deliveries.ts';
import { awsEndpointsOf, type Engines, engineOptions, startEngines } from './engine-room.ts';
import { type RoleAuthorizer, roleAuthorizer } from './engines/iam.ts';
import { openSecretStore } from './engines/secret-store.ts';
import { startValkey, type ValkeyEngine } from './engines/valkey.ts';
import { openDoor } from './gateway/door.ts';
import { serveDoors } from './gateway/serve-doors.ts';
import { accessKeyIdOfRole, lambdaEnvOf } from './lambda/function-env.ts';
import { openFunctionLog } from './lambda/function-log.ts';
import { type LambdaHost, startLambdaHost } from './lambda/host.ts';
import { checkServicePowers } from './lambda/service-powers.ts';
import { type Pumps, startPumps } from './pumps/pumps.ts';
import { startScheduler } from './pumps/scheduler.ts';
import { startTtlSweeper, type TtlSweeper } from './pumps/ttl-sweeper.ts';
import { startRotator } from './rotation/rotator.ts';
import { Shutdown } from './shutdown.ts';
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

/** A whole Signpost, running. */
export type Laptop = {
  /** `http://localhost:4000`. */
  readonly appUrl: string;
  readonly shortUrl: string;
  readonly plan: Plan;
  readonly engines: Engines;
  readonly host: LambdaHost;
  readonly pumps: Pumps;
  readonly deliveries: Deliveries;
  readonly ttlSweeper: TtlSweeper;
  readonly iam: RoleAuthorizer;
  /** Where demo.json and logs are. */
  readonly dataPath: string;
  /** Where mails are, one file each. */
  readonly outboxPath: string;
  /** Rotates a secret, or all that the template rotates, as if it were time to. */
  rotateSecret(name?: string): Promise<void>;
  /** Calls what the template calls every so often, as if it were time to. */
  runSchedules(): Promise<void>;
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
  const secrets = openSecretStore(engineOptions(folder, 'secrets'));
  const plan = planOf(assembly.stacks, {
    doorDomain: (kind) => (kind === 'http-api' ? shortDoor : appDoor).domain,
    secretValue: (secret) => valueOfSecret(secret, secrets),
  });

  for (const secret of plan.secrets) valueOfSecret(secret, secrets);
  const iam = roleAuthorizer(
    [...plan.roles, ...plan.bucketReaders].map((role) => ({ ...role, accessKeyId: accessKeyIdOfRole(role.name) })),
  );
  for (const fn of plan.functions) checkServicePowers(fn, plan.caches, iam.authorize);
  const { startCache = startValkey } = options;
  const engines = await startEngines({ folder, iam, plan, secrets, started, startCache }, onProgress);

  const log = started.closing(openFunctionLog(folder.logsDir, 'laptop'));
  const say = (line: string): void => log.write(`${new Date().toISOString()} ${line}\n`);
  const host = started.closing(hostOf(plan, folder, engines, join(assembly.dir, 'compiled')));
  const invoke = (name: string, event: unknown): Promise<unknown> => host.invoke(name, event);
  const tasks = { invoke, endpoints: awsEndpointsOf(engines) };
  started.closing(await engines.stepFunctions.play(tasks, say));
  const rotator = started.closing(startRotator(plan.secrets, { store: secrets, invoke, nowMs: Date.now, log: say }));
  const scheduler = started.closing(startScheduler(plan.schedules, { invoke, log: say }));
  serveDoors({ plan, host, s3Url: engines.s3.url }, { 'http-api': shortDoor, 'rest-api': appDoor });
  const pumps = started.closing(
    startPumps({
      mappings: plan.eventSources,
      functions: plan.functions,
      kinesis: engines.kinesis,
      dynamoDb: engines.dynamoDb,
      host,
      authorize: iam.authorize,
      checkpointsPath: folder.checkpointsPath,
      s3: engines.s3,
      log: say,
    }),
  );
  const deliveries = started.closing(
    startDeliveries({
      plans: plan.deliveryStreams,
      kinesis: engines.kinesis,
      s3: engines.s3,
      host,
      authorize: iam.authorize,
      ...engineOptions(folder, 'firehose'),
      log: say,
    }),
  );
  const ttlSweeper = started.closing(startTtlSweeper(plan.tables, engines.dynamoDb, say));
  onProgress('loading the functions');
  const visited = plan.httpApis.flatMap(({ routes }) => routes.map(({ functionName }) => functionName));
  await Promise.all([rotator.first(), host.warm([...new Set(visited)])]);
  const appUrl = `http://${appDoor.domain}`;
  started.closing(await openToCommandLine(plan, host, { dataPath: folder.path, appUrl, s3Url: engines.s3.url }));

  return {
    appUrl,
    shortUrl: `http://${shortDoor.domain}`,
    plan,
    engines,
    host,
    pumps,
    deliveries,
    ttlSweeper,
    iam,
    dataPath: folder.path,
    outboxPath: engines.ses.outboxDir,
    rotateSecret: (name) => rotator.rotate(name),
    runSchedules: () => scheduler.runAll(),
    close: () => started.close(),
  };
}

function hostOf(plan: Plan, folder: DataFolder, engines: Engines, compileCacheDir: string): LambdaHost {
  const endpoints = { aws: awsEndpointsOf(engines), valkey: engines.valkey.url };
  return startLambdaHost({
    functions: plan.functions,
    envFor: (fn: FunctionPlan) => lambdaEnvOf(fn, endpoints),
    logsDir: folder.logsDir,
    compileCacheDir,
  });
}
