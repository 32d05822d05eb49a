import type { Keyspace } from './keyspace.ts';
import { bulk, error, integer, list, OK, type Reply } from './resp-protocol.ts';

export type CommandContext = { readonly keys: Keyspace; readonly now: () => number; readonly port: number };

type Command = {
  /** Fewest and most arguments behind the name. */
  readonly args: readonly [fewest: number, most: number];
  run(args: readonly Buffer[], context: CommandContext): Reply;
};

const NODE_ID = '0'.repeat(40);
const LAST_SLOT = 16_383;
const SYNTAX_ERROR = error('ERR syntax error');
const NOT_AN_INTEGER = error('ERR value is not an integer or out of range');
const LARGEST_INTEGER = 2n ** 63n - 1n;

/** Keys may be any bytes; one character per byte keeps them apart. */
const keyOf = (bytes: Buffer | undefined): string => bytes?.toString('latin1') ?? '';
const wordOf = (bytes: Buffer | undefined): string => keyOf(bytes).toUpperCase();

function integerOf(bytes: Buffer | undefined): bigint | null {
  const text = keyOf(bytes);
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const value = BigInt(text);
  return value > LARGEST_INTEGER || value < -LARGEST_INTEGER - 1n ? null : value;
}

type SetOptions = { expiresAtMs: number | null; keepsTtl: boolean; condition: 'NX' | 'XX' | null };

/** Unit of an expiry option in ms, and whether it counts from now. */
const EXPIRY_OPTIONS: Readonly<Record<string, { unitMs: number; fromNow: boolean }>> = {
  EX: { unitMs: 1_000, fromNow: true },
  PX: { unitMs: 1, fromNow: true },
  EXAT: { unitMs: 1_000, fromNow: false },
  PXAT: { unitMs: 1, fromNow: false },
};

function parseSetOptions(args: readonly Buffer[], nowMs: number): SetOptions | Reply {
  const options: SetOptions = { expiresAtMs: null, keepsTtl: false, condition: null };
  for (let n = 0; n < args.length; n += 1) {
    const word = wordOf(args[n]);
    const expiry = Object.hasOwn(EXPIRY_OPTIONS, word) ? EXPIRY_OPTIONS[word] : undefined;
    const hasExpiry = options.expiresAtMs !== null || options.keepsTtl;
    if ((word === 'NX' || word === 'XX') && options.condition === null) options.condition = word;
    else if (word === 'KEEPTTL' && !hasExpiry) options.keepsTtl = true;
    else if (expiry !== undefined && !hasExpiry && n + 1 < args.length) {
      const time = integerOf(args[(n += 1)]);
      if (time === null) return NOT_AN_INTEGER;
      if (time <= 0n) return error("ERR invalid expire time in 'set' command");
      options.expiresAtMs = Number(time) * expiry.unitMs + (expiry.fromNow ? nowMs : 0);
    } else return SYNTAX_ERROR;
  }
  return options;
}

function set([key, value, ...rest]: readonly Buffer[], { keys, now }: CommandContext): Reply {
  const options = parseSetOptions(rest, now());
  if ('kind' in options) return options;
  const name = keyOf(key);
  const expiry = keys.expiryOf(name);
  if (options.condition === 'NX' && expiry !== undefined) return bulk(null);
  if (options.condition === 'XX' && expiry === undefined) return bulk(null);
  keys.set(name, value as Buffer, options.keepsTtl ? (expiry ?? null) : options.expiresAtMs);
  return OK;
}

/** `SETEX key seconds value` and `PSETEX key milliseconds value`. */
const setWithTtl = (unitMs: number): Command => ({
  args: [3, 3],
  run: ([key, ttl, value], { keys, now }) => {
    const time = integerOf(ttl);
    if (time === null) return NOT_AN_INTEGER;
    if (time <= 0n) return error(`ERR invalid expire time in '${unitMs === 1 ? 'psetex' : 'setex'}' command`);
    keys.set(keyOf(key), value as Buffer, now() + Number(time) * unitMs);
    return OK;
  },
});

const expire = (unitMs: number): Command => ({
  args: [2, 2],
  run: ([key, ttl], { keys, now }) => {
    const time = integerOf(ttl);
    if (time === null) return NOT_AN_INTEGER;
    const value = keys.get(keyOf(key));
    if (value === null) return integer(0);
    if (time <= 0n) keys.delete(keyOf(key));
    else keys.set(keyOf(key), value, now() + Number(time) * unitMs);
    return integer(1);
  },
});

/** -2 for no key, -1 for no end. */
const timeToLive = (unitMs: number): Command => ({
  args: [1, 1],
  run: ([key], { keys, now }) => {
    const expiresAtMs = keys.expiryOf(keyOf(key));
    if (expiresAtMs === undefined) return integer(-2);
    return integer(expiresAtMs === null ? -1 : Math.round((expiresAtMs - now()) / unitMs));
  },
});

const add = (sign: 1n | -1n, takesAmount: boolean): Command => ({
  args: takesAmount ? [2, 2] : [1, 1],
  run: ([key, by], { keys }) => {
    const name = keyOf(key);
    const stored = keys.get(name);
    const amount = takesAmount ? integerOf(by) : 1n;
    const before = stored === null ? 0n : integerOf(stored);
    if (amount === null || before === null) return NOT_AN_INTEGER;
    const after = before + sign * amount;
    if (after > LARGEST_INTEGER || after < -LARGEST_INTEGER - 1n) {
      return error('ERR increment or decrement would overflow');
    }
    keys.set(name, Buffer.from(String(after)), keys.expiryOf(name) ?? null);
    return integer(after);
  },
});

const MANY = Number.POSITIVE_INFINITY;
const acknowledge = (fewest: number, most: number): Command => ({ args: [fewest, most], run: () => OK });
const countKeys = (counts: (keys: Keyspace, key: string) => boolean): Command => ({
  args: [1, MANY],
  run: (args, { keys }) => integer(args.filter((key) => counts(keys, keyOf(key))).length),
});
const remove = countKeys((keys, key) => keys.delete(key));

/** RESP3 is refused as servers before Redis 6 did; every client then stays with RESP2. */
function hello(args: readonly Buffer[]): Reply {
  if (args.length > 0 && keyOf(args[0]) !== '2') return error('NOPROTO unsupported protocol version');
  const facts = { server: 'signpost', version: '7.2.0', proto: 2, id: 1, mode: 'cluster', role: 'master' };
  const pairs = Object.entries(facts).flatMap(([name, value]) => [
    bulk(name),
    typeof value === 'number' ? integer(value) : bulk(value),
  ]);
  return list([...pairs, bulk('modules'), list([])]);
}

/** A cluster of one: the cluster client works against it as against ElastiCache. */
function cluster([subcommand]: readonly Buffer[], { port }: CommandContext): Reply {
  switch (wordOf(subcommand)) {
    case 'SLOTS':
      return list([list([integer(0), integer(LAST_SLOT), list([bulk('127.0.0.1'), integer(port), bulk(NODE_ID)])])]);
    case 'INFO':
      return bulk('cluster_enabled:1\r\ncluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_known_nodes:1\r\n');
    default:
      return error(`ERR unknown subcommand '${keyOf(subcommand)}'. Try CLUSTER HELP.`);
  }
}

const INFO =
  '# Server\r\nredis_version:7.2.0\r\nredis_mode:cluster\r\nloading:0\r\n# Replication\r\nrole:master\r\n# Cluster\r\ncluster_enabled:1\r\n';

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['PING', { args: [0, 1], run: ([text]) => (text === undefined ? { kind: 'status', text: 'PONG' } : bulk(text)) }],
  ['HELLO', { args: [0, MANY], run: hello }],
  ['AUTH', acknowledge(1, 2)],
  ['CLIENT', acknowledge(1, MANY)],
  [
    'SELECT',
    { args: [1, 1], run: ([database]) => (keyOf(database) === '0' ? OK : error('ERR DB index is out of range')) },
  ],
  ['INFO', { args: [0, MANY], run: () => bulk(INFO) }],
  ['READONLY', acknowledge(0, 0)],
  ['READWRITE', acknowledge(0, 0)],
  ['ASKING', acknowledge(0, 0)],
  ['CLUSTER', { args: [1, MANY], run: cluster }],
  ['GET', { args: [1, 1], run: ([key], { keys }) => bulk(keys.get(keyOf(key))) }],
  ['MGET', { args: [1, MANY], run: (args, { keys }) => list(args.map((key) => bulk(keys.get(keyOf(key))))) }],
  ['SET', { args: [2, MANY], run: set }],
  ['SETEX', setWithTtl(1_000)],
  ['PSETEX', setWithTtl(1)],
  ['DEL', remove],
  ['UNLINK', remove],
  ['EXISTS', countKeys((keys, key) => keys.expiryOf(key) !== undefined)],
  ['EXPIRE', expire(1_000)],
  ['PEXPIRE', expire(1)],
  ['TTL', timeToLive(1_000)],
  ['PTTL', timeToLive(1)],
  ['INCR', add(1n, false)],
  ['INCRBY', add(1n, true)],
  ['DECR', add(-1n, false)],
  ['DECRBY', add(-1n, true)],
  ['DBSIZE', { args: [0, 0], run: (_, { keys }) => integer(keys.size()) }],
  [
    'FLUSHALL',
    {
      args: [0, 1],
      run: (_, { keys }) => {
        keys.clear();
        return OK;
      },
    },
  ],
]);

/** Runs one command. Unknown ones and wrong numbers of arguments get the errors that clients know. */
export function runCommand([name, ...args]: readonly Buffer[], context: CommandContext): Reply {
  const command = COMMANDS.get(wordOf(name));
  if (command === undefined)
    return error(`ERR unknown command '${keyOf(name).slice(0, 128)}', with args beginning with: `);
  const [fewest, most] = command.args;
  if (args.length < fewest || args.length > most) {
    return error(`ERR wrong number of arguments for '${keyOf(name).toLowerCase()}' command`);
  }
  return command.run(args, context);
}
