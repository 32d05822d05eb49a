import { join } from 'node:path';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type EnvName, FUNCTION_ENV, type FunctionName, TABLE_ENV } from '../../adapters/env.ts';
import type { StageSettings } from '../config.ts';
import { FUNCTION_POWERS } from '../powers.ts';
import { acceptFindings } from './accepted.ts';
import { functionRole } from './function-role.ts';
import { stageLogGroup } from './log-group.ts';
import type { Surroundings } from './surroundings.ts';

/** One folder of `lambdas/` as AWS runs it: its bundle, its own log group, its exact environment and powers. */
export class ServiceFunction extends Construct {
  readonly lambda: LambdaFunction;

  /** `shortOrigin` is needed by the functions whose environment names `SHORT_ORIGIN`. */
  constructor(scope: Construct, name: FunctionName, surroundings: Surroundings, shortOrigin?: string) {
    super(scope, constructIdOf(name));
    const { settings, functionsDir, cache } = surroundings;
    const powers = FUNCTION_POWERS[name];
    const network = powers.usesCache === true ? (cache?.network ?? null) : null;
    const logGroup = stageLogGroup(this, 'Logs', settings);
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Signpost ${settings.stage}: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(functionsDir, name)),
      handler: 'index.handler',
      memorySize: powers.memoryMb,
      timeout: Duration.seconds(powers.timeoutS),
      role: functionRole(this, name, surroundings, logGroup),
      environment: environmentOf(name, valuesFor(surroundings, shortOrigin)),
      ...reservation(name, settings),
      loggingFormat: LoggingFormat.JSON,
      logGroup,
      ...(network === null
        ? {}
        : {
            vpc: network.vpc,
            vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
            securityGroups: [network.clientSecurityGroup],
          }),
    });
    acceptFindings(this.lambda, {
      'Serverless-LambdaDLQ':
        'Whoever invokes it waits for its answer and tries again; a dead letter queue would stay empty for ever.',
      'Serverless-LambdaTracing':
        'Traces would cost more than the function and need rights on every resource; logs carry the request id.',
    });
  }
}

/** `clicks-to-counts` → `ClicksToCounts`. */
const constructIdOf = (name: FunctionName): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** What visits must not run out of: sign-ins keep a CPU busy, and each live stream and each export an environment. */
function reservation(name: FunctionName, { accounts, clicks, lake, qr }: StageSettings) {
  const limits: Readonly<Partial<Record<FunctionName, number | null>>> = {
    auth: accounts.maxConcurrentSignIns,
    live: clicks.maxLiveStreams,
    export: lake.maxExports,
    'batch-events': qr.maxBatchStreams,
  };
  const limit = limits[name] ?? null;
  return limit === null ? {} : { reservedConcurrentExecutions: limit };
}

type EnvValues = Readonly<Partial<Record<EnvName, string>>>;

function valuesFor(
  { settings, data, cache, lake, workflows, qr }: Surroundings,
  shortOrigin: string | undefined,
): EnvValues {
  return {
    [TABLE_ENV.links]: data.tables.links.tableName,
    [TABLE_ENV.accounts]: data.tables.accounts.tableName,
    [TABLE_ENV.counts]: data.tables.counts.tableName,
    [TABLE_ENV.clickSpool]: data.tables.clickSpool.tableName,
    [TABLE_ENV.outbox]: data.tables.outbox.tableName,
    [TABLE_ENV.salts]: data.tables.salts.tableName,
    [TABLE_ENV.live]: data.tables.live.tableName,
    [TABLE_ENV.events]: data.tables.events.tableName,
    [TABLE_ENV.jobs]: data.tables.jobs.tableName,
    [TABLE_ENV.qrCodes]: data.tables.qrCodes.tableName,
    CLICK_STREAM: data.clickStream.streamName,
    EVENT_BUS: data.eventBus.eventBusName,
    CACHE_URL: cache?.url ?? 'none',
    CACHE_NAME: cache?.name ?? '',
    CACHE_USER: cache?.userId ?? '',
    // A dynamic reference: CloudFormation puts the value in, so no template and no diff shows it.
    ORIGIN_SECRET: data.originSecret.secretValue.unsafeUnwrap(),
    MAX_ALIAS_LENGTH: String(settings.links.maxAliasLength),
    ALLOW_PRIVATE_TARGETS: String(settings.links.allowPrivateTargets),
    SIGNING_KEYS_SECRET: data.signingKeys.secretArn,
    TOKEN_ISSUER: `signpost:${settings.stage}`,
    KEY_LEAD_S: String(settings.accounts.keyLeadS),
    REGISTRATION: settings.accounts.registration,
    MAIL_FROM: settings.mail.from ?? 'none',
    LAKE_KEPT_DAYS: String(settings.lake.keptDays),
    LAKE_DELAY_S: String(settings.lake.bufferS + DELIVERY_S),
    ...(shortOrigin === undefined ? {} : { SHORT_ORIGIN: shortOrigin }),
    ...(workflows === undefined ? {} : { REPORTS_WORKFLOW: workflows.reports.stateMachineArn }),
    ...(workflows?.batches === undefined ? {} : { BATCHES_WORKFLOW: workflows.batches.stateMachineArn }),
    ...(qr === undefined ? {} : { IMAGES_BUCKET: qr.images.bucketName, UPLOADS_BUCKET: qr.uploads.bucketName }),
    ...(lake === undefined
      ? {}
      : {
          LAKE_DATABASE: lake.catalog.databaseName,
          QUERY_WORKGROUP: lake.workgroup.name,
          LAKE_BUCKET: lake.bucket.bucketName,
          RESULTS_BUCKET: lake.results.bucketName,
        }),
  };
}

/** What Firehose takes to transform, convert and put what it buffered. */
const DELIVERY_S = 60;

/** Exactly the variables `adapters/env.ts` names for the function. Throws when one has no value here. */
function environmentOf(name: FunctionName, values: EnvValues): Record<string, string> {
  const wanted: readonly EnvName[] = FUNCTION_ENV[name];
  return Object.fromEntries(
    wanted.map((variable) => {
      const value = values[variable];
      if (value === undefined) throw new Error(`No value for ${variable}, which the function ${name} needs.`);
      return [variable, value];
    }),
  );
}
