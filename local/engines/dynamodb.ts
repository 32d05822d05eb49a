import { startAwsJsonServer } from './aws-json-server.ts';
import { streamArnOf, tableArnOf } from './dynamodb-arns.ts';
import { tableChanges } from './dynamodb-changes.ts';
import { answerDynamoDbCall, type ProxyContext } from './dynamodb-proxy.ts';
import { startDynamoDbServer } from './dynamodb-server.ts';
import { type StreamReader, streamReader } from './dynamodb-stream.ts';
import { ensureTable, type TableDefinition } from './dynamodb-tables.ts';
import { sweepExpired } from './dynamodb-ttl.ts';
import { connectUpstream } from './dynamodb-upstream.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';

export type { StreamReader, StreamRecord } from './dynamodb-stream.ts';
export type { TableDefinition } from './dynamodb-tables.ts';

export type DynamoDbEngine = Engine &
  FaultInjection & {
    /** Idempotent: a table that exists keeps its data and gets the indexes it lacks. Throws when its keys are others. */
    createTable(table: TableDefinition): Promise<void>;
    tableArn(name: string): string;
    streamArn(tableName: string): string;
    /** A reader of the table's stream; each remembers its own place. Throws for a table without a stream. */
    stream(tableName: string): StreamReader;
    /** Deletes what expired at `nowS` (epoch seconds) and answers how many items went. */
    sweepExpired(tableName: string, ttlAttribute: string, nowS: number): Promise<number>;
  };

type KnownTable = { readonly keyNames: readonly string[]; readonly upstreamStreamArn: string | undefined };

/**
 * DynamoDB: dynoxide with IAM in front. `url` is the proxy's; the server behind it is told to nobody.
 * The tables are in `dataDir`, else in a temporary folder. Throws one sentence when another Signpost uses `dataDir`.
 */
export async function startDynamoDb(options: {
  dataDir?: string;
  port?: number;
  authorize: Authorize;
}): Promise<DynamoDbEngine> {
  const server = await startDynamoDbServer(options.dataDir ?? null);
  const upstream = connectUpstream(server.url);
  const changes = tableChanges();
  const faults: FaultInjection = { faultFor: null };
  const tables = new Map<string, KnownTable>();
  const context: ProxyContext = {
    upstream,
    authorize: options.authorize,
    faults,
    changes,
    upstreamStreamArn: (table) => tables.get(table)?.upstreamStreamArn,
  };
  const proxy = await startAwsJsonServer({
    port: options.port ?? 0,
    version: '1.0',
    answer: (call) => answerDynamoDbCall(call, context),
  }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });

  function tableNamed(name: string): KnownTable {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`Table ${name} was not created at this engine.`);
    return table;
  }
  function upstreamStreamArn(name: string): string {
    const arn = tableNamed(name).upstreamStreamArn;
    if (arn === undefined) throw new Error(`Table ${name} has no stream.`);
    return arn;
  }
  const engine: Omit<DynamoDbEngine, 'faultFor'> = {
    url: proxy.url,
    createTable: async (definition) => {
      const { KeySchema, LatestStreamArn } = await ensureTable(upstream, definition);
      const keyNames = (KeySchema ?? []).flatMap(({ AttributeName }) => AttributeName ?? []);
      tables.set(definition.name, { keyNames, upstreamStreamArn: LatestStreamArn });
    },
    tableArn: tableArnOf,
    streamArn: streamArnOf,
    stream: (table) =>
      streamReader({ upstream, changes, table, arn: streamArnOf(table), upstreamArn: upstreamStreamArn(table) }),
    sweepExpired: async (table, ttlAttribute, nowS) => {
      const swept = await sweepExpired(upstream, table, tableNamed(table).keyNames, ttlAttribute, nowS);
      if (swept > 0) changes.changed(table);
      return swept;
    },
    close: async () => {
      await proxy.close();
      upstream.close();
      await server.stop();
    },
  };
  return Object.assign(faults, engine);
}
