import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterOptions, RedisOptions } from 'iovalkey';
import { Cluster, Redis } from 'iovalkey';
import { presignedQuery } from './sigv4.ts';

/** The commands we use; the single client and the cluster client both have them. */
export type ValkeyClient = Pick<Redis, 'get' | 'set' | 'del' | 'ping' | 'connect' | 'disconnect'>;

export type ValkeySettings = {
  /** `redis://host:port` for one plain server, `rediss://host:port` for ElastiCache Serverless (cluster protocol, TLS). */
  readonly url: string;
  /** IAM identity of the connection; empty strings where the server asks for none. */
  readonly cacheName: string;
  readonly userId: string;
  readonly commandTimeoutMs: number;
};

/** How long init waits for the first connection; without it the first command on a cold client is always refused. */
const CONNECT_WAIT_MS = 100;
/** ElastiCache takes IAM tokens for 15 minutes; each connection is opened with a fresh one. */
const TOKEN_LIFETIME_S = 900;

/** Every option here keeps a dead or hung server from holding a visit: measured, the defaults wait for ever. */
function failFastOptions(commandTimeoutMs: number): RedisOptions {
  return {
    enableOfflineQueue: false,
    connectTimeout: CONNECT_WAIT_MS,
    commandTimeout: commandTimeoutMs,
    disconnectTimeout: CONNECT_WAIT_MS,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
  };
}

const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 1_000);

/** A client that is connected if the server answers within 100 ms, and keeps trying by itself if not. Never throws. */
export async function connectValkey(
  settings: ValkeySettings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ValkeyClient> {
  const url = new URL(settings.url);
  const client = url.protocol === 'rediss:' ? clusterClient(url, settings, env) : singleClient(url, settings);
  // Without a listener a lost connection would end the process; the breaker sees the failed command anyway.
  client.on('error', () => undefined);
  await Promise.race([client.connect().catch(() => undefined), sleep(CONNECT_WAIT_MS, undefined, { ref: false })]);
  return client;
}

/** The cache of this stage, or null where it has none. `VALKEY_ENDPOINT_URL` names another server, as AWS_ENDPOINT_URL_* do. */
export async function valkeyFor(
  env: Readonly<Record<'CACHE_URL' | 'CACHE_NAME' | 'CACHE_USER', string>>,
  commandTimeoutMs: number,
): Promise<ValkeyClient | null> {
  if (env.CACHE_URL === 'none') return null;
  const url = process.env['VALKEY_ENDPOINT_URL'] ?? env.CACHE_URL;
  return connectValkey({ url, cacheName: env.CACHE_NAME, userId: env.CACHE_USER, commandTimeoutMs });
}

const singleClient = (url: URL, { commandTimeoutMs }: ValkeySettings): Redis =>
  new Redis({
    ...failFastOptions(commandTimeoutMs),
    host: url.hostname,
    port: Number(url.port || 6379),
    lazyConnect: true,
    retryStrategy: reconnectDelayMs,
  });

function clusterClient(url: URL, settings: ValkeySettings, env: NodeJS.ProcessEnv): Cluster {
  const redisOptions: ClusterOptions['redisOptions'] = {
    ...failFastOptions(settings.commandTimeoutMs),
    tls: {},
    username: settings.userId,
    // A getter: the cluster client reads it for each connection it opens, so each gets a token that is still good.
    get password() {
      return cacheToken(settings, env);
    },
  };
  return new Cluster([{ host: url.hostname, port: Number(url.port || 6379) }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    slotsRefreshTimeout: 200,
    maxRedirections: 1,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 0,
    clusterRetryStrategy: reconnectDelayMs,
    // TLS certificates are checked against the name, so names must not be resolved to addresses first.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions,
  });
}

/** ElastiCache IAM authentication: a presigned `connect` request without its scheme. */
export function cacheToken(
  { cacheName, userId }: Pick<ValkeySettings, 'cacheName' | 'userId'>,
  env: NodeJS.ProcessEnv,
  nowMs = Date.now(),
): string {
  const query = presignedQuery(
    {
      host: cacheName,
      service: 'elasticache',
      region: env['AWS_REGION'] ?? 'us-east-1',
      query: { Action: 'connect', ResourceType: 'ServerlessCache', User: userId },
      expiresS: TOKEN_LIFETIME_S,
    },
    {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: env['AWS_SESSION_TOKEN'],
    },
    nowMs,
  );
  return `${cacheName}/?${query}`;
}
