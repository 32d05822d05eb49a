import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'iovalkey';
import { freePort } from '../../../local/engines/free-port.ts';
import { startRespServer } from '../../../local/engines/resp-server.ts';
import { spawnTied } from '../../../local/engines/tied-child.ts';
import { findBinary, startValkey } from '../../../local/engines/valkey.ts';

/*
 * What Signpost needs of its cache, asked of our own server and of a real one. Without a real one on PATH the suite
 * says so and runs half; where CI=true that is a failure.
 */
const binary = findBinary();
if (binary === null)
  console.warn('No valkey-server or redis-server on PATH: the cache contract ran against our own server only.');

it('the contract is also asked of a real server (always where CI=true)', () => {
  expect(binary !== null || process.env['CI'] !== 'true').toBe(true);
});

/** The options of the adapter, but for its 40 ms limits: those are the adapter's to prove, not a busy machine's. */
const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  connectTimeout: 5_000,
  commandTimeout: 5_000,
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
  autoResendUnfulfilledCommands: false,
};
const reconnectDelayMs = (attempt: number) => Math.min(50 * 2 ** attempt, 1_000);
const SINGLE: RedisOptions = { ...FAIL_FAST, lazyConnect: true, retryStrategy: reconnectDelayMs };
const CLUSTER: ClusterOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  slotsRefreshTimeout: 5_000,
  maxRedirections: 1,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  retryDelayOnTryAgain: 0,
  clusterRetryStrategy: reconnectDelayMs,
  dnsLookup: (address, callback) => callback(null, address),
  redisOptions: FAIL_FAST,
};

type Server = { readonly url: string; close(): Promise<void> };
type Client = Redis | Cluster;

/** Redis takes two seconds until a new cluster of one answers, so it is started once. */
async function startRealCluster(path: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-cache-'));
  let port = await freePort();
  // The cluster's own port is 10,000 higher.
  while (port > 55_535) port = await freePort();
  const settings = ['--save', '', '--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--dir', folder];
  const child = spawnTied(path, ['--port', String(port), '--bind', '127.0.0.1', ...settings]);
  await child.said(/ready to accept connections/i, 5_000);
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url);
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(50);
  admin.disconnect();
  return {
    url,
    close: async () => {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const single = (url: string): Client => new Redis(url, SINGLE);
const cluster = (url: string): Client =>
  new Cluster([{ host: new URL(url).hostname, port: Number(new URL(url).port) }], CLUSTER);

type Case = readonly [name: string, start: () => Promise<Server>, connectTo: (url: string) => Client];
const cases: Case[] = [
  ['our server, single client', startRespServer, single],
  ['our server, cluster client', startRespServer, cluster],
  ...(binary === null
    ? []
    : ([
        [`${binary.kind}, single client`, startValkey, single],
        [`${binary.kind}, cluster client`, () => startRealCluster(binary.path), cluster],
      ] as const)),
];

describe.each(cases)('%s', (_, start, connectTo) => {
  let server: Server;
  let client: Client;

  beforeAll(async () => {
    server = await start();
    client = connectTo(server.url);
    client.on('error', () => undefined);
    await client.connect();
    if (client instanceof Cluster) while (client.status !== 'ready') await once(client, 'ready');
  });
  beforeEach(async () => {
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) await node.flushall();
  });
  afterAll(async () => {
    client.disconnect();
    await server.close();
  });

  it('keeps strings, empty and unknown ones told apart', async () => {
    expect(await client.get('a')).toBeNull();
    expect(await client.set('a', '')).toBe('OK');
    expect(await client.get('a')).toBe('');
    await client.set('a', 'Ж\r\n');
    expect(await client.get('a')).toBe('Ж\r\n');
  });

  it('keeps any bytes, in keys and values', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    await client.set(bytes, bytes);
    expect(await client.getBuffer(bytes)).toEqual(bytes);
    expect(await client.get('other')).toBeNull();
  });

  it('keeps values that come in many pieces', async () => {
    const value = 'x'.repeat(200_000);
    await client.set('big', value);
    expect(await client.get('big')).toBe(value);
  });

  it('answers pipelined commands in their order', async () => {
    await client.set('k', '0');
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => (n % 2 === 0 ? client.incr('k') : client.get('k'))),
    );
    expect(answers.slice(0, 4)).toEqual([1, '1', 2, '2']);
    expect(answers.at(-1)).toBe('1000');
  });

  it('sets only what is not there with NX, only what is there with XX', async () => {
    expect(await client.set('a', '1', 'XX')).toBeNull();
    expect(await client.set('a', '1', 'EX', 10, 'NX')).toBe('OK');
    expect(await client.set('a', '2', 'EX', 99, 'NX')).toBeNull();
    expect(await client.get('a')).toBe('1');
    expect(await client.ttl('a')).toBe(10);
    expect(await client.set('a', '3', 'XX')).toBe('OK');
    expect(await client.ttl('a')).toBe(-1);
  });

  it('gives keys an end, in seconds, milliseconds or at a time', async () => {
    const atS = Math.floor(Date.now() / 1_000) + 100;
    await client.set('ex', '1', 'EX', 100);
    await client.set('px', '1', 'PX', 100_000);
    await client.set('exat', '1', 'EXAT', atS);
    await client.setex('setex', 100, '1');
    for (const key of ['ex', 'px', 'exat', 'setex']) {
      const ttlMs = await client.pttl(key);
      expect(ttlMs).toBeGreaterThan(95_000);
      expect(ttlMs).toBeLessThanOrEqual(100_000);
    }
    await client.set('ex', '2', 'KEEPTTL');
    expect(await client.ttl('ex')).toBeGreaterThan(95);
    await client.set('ex', '3');
    expect([await client.ttl('ex'), await client.ttl('none')]).toEqual([-1, -2]);
    expect([await client.expire('ex', 50), await client.pexpire('none', 50)]).toEqual([1, 0]);
    expect(await client.ttl('ex')).toBe(50);
  });

  it('forgets keys when their time has come', async () => {
    await client.set('short', '1', 'PX', 30);
    expect(await client.set('short', '2', 'NX')).toBeNull();
    await sleep(50);
    expect([await client.get('short'), await client.exists('short'), await client.ttl('short')]).toEqual([null, 0, -2]);
    expect(await client.set('short', '2', 'NX')).toBe('OK');
    await client.set('gone', '1');
    await client.expire('gone', 0);
    expect(await client.get('gone')).toBeNull();
  });

  it('counts, keeps the end of a counter, and refuses to count words', async () => {
    expect([await client.incr('n'), await client.incrby('n', 5), await client.decr('n')]).toEqual([1, 6, 5]);
    await client.expire('n', 100);
    await client.incr('n');
    expect(await client.ttl('n')).toBe(100);
    await client.set('word', 'abc');
    await expect(client.incr('word')).rejects.toThrow('value is not an integer or out of range');
    await client.set('most', '9223372036854775807');
    await expect(client.incr('most')).rejects.toThrow('overflow');
  });

  it('deletes, counts and gets several keys at once', async () => {
    for (const key of ['{t}a', '{t}b', '{t}c']) await client.set(key, key);
    expect(await client.mget('{t}a', '{t}x', '{t}c')).toEqual(['{t}a', null, '{t}c']);
    expect(await client.exists('{t}a', '{t}a', '{t}x')).toBe(2);
    expect([await client.del('{t}a', '{t}x'), await client.unlink('{t}b')]).toEqual([1, 1]);
    expect(await client.exists('{t}a', '{t}b', '{t}c')).toBe(1);
  });

  it.each([
    ['a wrong option', ['SET', 'k', 'v', 'SOON'], 'syntax error'],
    ['two ends', ['SET', 'k', 'v', 'EX', '1', 'PX', '1'], 'syntax error'],
    ['both conditions', ['SET', 'k', 'v', 'NX', 'XX'], 'syntax error'],
    ['an end without a number', ['SET', 'k', 'v', 'EX'], 'syntax error'],
    ['a word for a number', ['SET', 'k', 'v', 'EX', 'ten'], 'not an integer'],
    ['an end of zero', ['SET', 'k', 'v', 'EX', '0'], 'invalid expire time'],
    ['too few arguments', ['GET'], 'wrong number of arguments'],
    ['an unknown command', ['NOSUCHCOMMAND', 'k'], 'unknown command'],
  ] as const)('refuses %s', async (_, [command, ...args], message) => {
    const node = client instanceof Cluster ? (client.nodes('master')[0] as Redis) : client;
    await expect(node.call(command, ...args)).rejects.toThrow(message);
    expect(await client.exists('k')).toBe(0);
  });

  it('answers the small talk of clients', async () => {
    const node = client instanceof Cluster ? (client.nodes('master')[0] as Redis) : client;
    expect(await node.ping()).toBe('PONG');
    expect(await node.ping('there?')).toBe('there?');
    expect(await node.select(0)).toBe('OK');
    expect(await node.call('CLIENT', 'SETNAME', 'test')).toBe('OK');
    expect(await node.info()).toContain('role:master');
    await client.set('one', '1');
    expect(await node.dbsize()).toBe(1);
    const hello = (await node.call('HELLO', '2')) as unknown[];
    expect(hello.slice(hello.indexOf('proto'), hello.indexOf('proto') + 2)).toEqual(['proto', 2]);
  });

  it('takes commands as text, in pieces, and says goodbye', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    const closed = once(socket, 'close');
    for (const piece of ['PI', 'NG\r\n*2\r\n$4\r\nPI', 'NG\r\n$2\r\nh', 'i\r\n*1\r\n$4\r\nQUIT\r\n']) {
      socket.write(piece);
      await sleep(10);
    }
    await closed;
    expect(heard).toBe('+PONG\r\n$2\r\nhi\r\n+OK\r\n');
  });

  it('cuts off who speaks no RESP', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const closed = once(socket, 'close');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.write('*2\r\n+GET\r\n');
    await closed;
    expect(heard).toMatch(/^-ERR Protocol error/);
  });
});

it('our server stays within its limits by forgetting what was used longest ago', async () => {
  const server = await startRespServer({ limits: { keys: 3, bytes: 1_000 } });
  const client = new Redis(server.url, SINGLE);
  await client.connect();
  for (const key of ['a', 'b', 'c']) await client.set(key, '1');
  await client.get('a');
  await client.set('d', '1');
  expect(await client.mget('a', 'b', 'c', 'd')).toEqual(['1', null, '1', '1']);
  await client.set('big', 'x'.repeat(996));
  expect(await client.dbsize()).toBe(1);
  client.disconnect();
  await server.close();
});

it('a server program is taken where there is one, ours where it is not wanted', async () => {
  const own = await startValkey({ preferBinary: false });
  expect(own.kind).toBe('in-process');
  await own.close();
  const best = await startValkey();
  expect(best.kind).toBe(binary?.kind ?? 'in-process');
  await best.close();
  expect(findBinary('/nowhere:/neither')).toBeNull();
});
