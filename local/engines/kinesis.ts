import { join } from 'node:path';
import { AwsError, accessDenied, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, type AwsJsonServer, startAwsJsonServer } from './aws-json-server.ts';
import type { Authorize, Engine, EngineCall, FaultInjection } from './engine.ts';
import { lockFolder } from './folder-lock.ts';
import type { ShardLog } from './kinesis-log.ts';
import { listStreams, STREAM_OPERATIONS } from './kinesis-operations.ts';
import { indexOf, sequenceNumberOf, shardIdOf } from './kinesis-shards.ts';
import { logOf, openStream, type Stream, type StreamDefinition, streamArnOf } from './kinesis-stream.ts';

export type KinesisRecord = {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly arrivedAtMs: number;
};

export type KinesisEngine = Engine &
  FaultInjection & {
    /** Does nothing where the stream exists; its records are kept. */
    createStream(stream: StreamDefinition): Promise<void>;
    streamArn(name: string): string;
    shardIds(stream: string): readonly string[];
    /** Up to `limit` records behind a sequence number, from the oldest retained where it is null. */
    read(stream: string, shardId: string, afterSequenceNumber: string | null, limit: number): readonly KinesisRecord[];
    /** Resolves as soon as `read` would answer records, or when the signal aborts. Pushed by writes, nothing polls. */
    waitForRecords(
      stream: string,
      shardId: string,
      afterSequenceNumber: string | null,
      signal: AbortSignal,
    ): Promise<void>;
  };

type KinesisOptions = {
  /** Without it everything is in memory. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly authorize: Authorize;
  readonly now?: () => number;
};

const TRIM_EVERY_MS = 600_000;

/**
 * Kinesis Data Streams, as far as Signpost and its tests use it: an operation that is not here answers
 * UnknownOperationException. With `dataDir` an acknowledged record survives `kill -9`; a power cut may cost the last
 * second (kinesis-log.ts). Throws when another process holds `dataDir`.
 */
export async function startKinesis(options: KinesisOptions): Promise<KinesisEngine> {
  const { dataDir, authorize, now = Date.now } = options;
  const streams = new Map<string, Stream>();
  const lock = dataDir === undefined ? null : lockFolder(dataDir);
  const faults: FaultInjection = { faultFor: null };
  const server = await startAwsJsonServer({
    port: options.port ?? 0,
    version: '1.1',
    answer: (call) => answerCall(call, { streams, authorize, faults, nowMs: now() }),
  }).catch((error: unknown) => {
    lock?.release();
    throw error;
  });
  return Object.assign(
    faults,
    engineOver(streams, server, now, dataDir ?? null, () => lock?.release()),
  );
}

type CallContext = {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly authorize: Authorize;
  readonly faults: FaultInjection;
  readonly nowMs: number;
};

/** Who may, then what a test wants to go wrong, then the operation itself. */
async function answerCall(call: AwsJsonCall, context: CallContext): Promise<AwsJsonAnswer> {
  const operation = STREAM_OPERATIONS.get(call.operation);
  if (operation === undefined && call.operation !== 'ListStreams') {
    throw new AwsError('UnknownOperationException', `The laptop's Kinesis does not know ${call.operation}.`);
  }
  const input = parseJsonObject(call.body);
  const streamName = operation?.streamName(input);
  const engineCall: EngineCall = {
    accessKeyId: call.accessKeyId,
    action: `kinesis:${call.operation}`,
    resourceArns: [streamName === undefined ? '*' : streamArnOf(streamName)],
  };
  const decision = context.authorize(engineCall);
  if (!decision.allowed) throw accessDenied(decision.message);

  const records = input['Records'];
  const fault = context.faults.faultFor?.(engineCall, Array.isArray(records) ? records.length : 0) ?? null;
  if (fault?.kind === 'refuse') throw new AwsError(fault.errorType, 'Refused by an injected fault.', fault.status);
  if (fault?.kind === 'hang') return 'hang';

  const body =
    operation === undefined || streamName === undefined
      ? listStreams(context.streams.values())
      : await operation.answer(streamNamed(context.streams, streamName), {
          input,
          nowMs: context.nowMs,
          refusedEntries: fault?.kind === 'fail-entries' ? fault.indexes : [],
        });
  if (fault?.kind === 'lose-answer') return 'cut';
  return { status: 200, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function streamNamed(streams: ReadonlyMap<string, Stream>, name: string): Stream {
  const stream = streams.get(name);
  if (stream !== undefined) return stream;
  throw new AwsError('ResourceNotFoundException', `Stream ${name} under account 000000000000 not found.`);
}

const indexAfter = (sequenceNumber: string | null): number => (sequenceNumber === null ? -1 : indexOf(sequenceNumber));

/** What the laptop itself does with the streams, in process. */
function engineOver(
  streams: Map<string, Stream>,
  server: AwsJsonServer,
  now: () => number,
  dataDir: string | null,
  releaseLock: () => void,
): Omit<KinesisEngine, 'faultFor'> {
  const allLogs = () => [...streams.values()].flatMap(({ logs }) => logs);
  const trimmer = setInterval(() => {
    for (const log of allLogs()) log.trim();
  }, TRIM_EVERY_MS);
  trimmer.unref();

  const logIn = (stream: string, shardId: string): ShardLog => {
    const log = logOf(streamNamed(streams, stream), shardId);
    if (log === undefined) throw new Error(`Stream ${stream} has no shard ${shardId}.`);
    return log;
  };
  return {
    url: server.url,
    createStream: async (definition) => {
      if (streams.has(definition.name)) return;
      const folder = dataDir === null ? null : join(dataDir, definition.name);
      streams.set(definition.name, openStream(definition, folder, now));
    },
    streamArn: streamArnOf,
    shardIds: (stream) => streamNamed(streams, stream).logs.map((_, shard) => shardIdOf(shard)),
    read: (stream, shardId, after, limit) =>
      logIn(stream, shardId)
        .read(indexAfter(after), limit)
        .map(({ index, ...record }) => ({ sequenceNumber: sequenceNumberOf(index), ...record })),
    waitForRecords: async (stream, shardId, after, signal) =>
      logIn(stream, shardId).waitForRecords(indexAfter(after), signal),
    close: async () => {
      clearInterval(trimmer);
      await server.close();
      for (const log of allLogs()) await log.close();
      releaseLock();
    },
  };
}
