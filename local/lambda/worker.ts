import { randomUUID } from 'node:crypto';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { type FromWorker, failureOf, type LambdaFailure, type ToWorker, type WorkerSetting } from './messages.ts';
import { installAwslambda, isStreaming, runStreaming, type StreamingHandler } from './response-stream.ts';

/**
 * Runs inside the worker thread: loads one function's bundle and hands it events, as Lambda's own runtime does.
 * Calls overlap; answers that are ready in the same turn of the event loop leave in one message.
 */
type Handler = (event: unknown, context: InvocationContext) => unknown;

const setting = workerData as WorkerSetting;
const port = parentPort;
if (port === null) throw new Error('local/lambda/worker.ts runs in a worker thread only.');

/** The context object handlers get; `logGroupName` and the like are the constants of an AWS account with one stream. */
class InvocationContext {
  readonly functionName = setting.functionName;
  readonly functionVersion = '$LATEST';
  readonly invokedFunctionArn = setting.functionArn;
  readonly memoryLimitInMB = String(setting.memoryMb);
  readonly logGroupName = `/aws/lambda/${setting.functionName}`;
  readonly logStreamName = 'laptop';
  readonly callbackWaitsForEmptyEventLoop = false;
  readonly awsRequestId = randomUUID();
  /** A property, not a method: wrappers like middy take it off the object. */
  readonly getRemainingTimeInMillis: () => number;

  constructor() {
    const deadlineMs = performance.now() + setting.timeoutMs;
    this.getRemainingTimeInMillis = () => Math.max(0, Math.round(deadlineMs - performance.now()));
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows, this is a thread
const send = (message: FromWorker): void => port.postMessage(message);

let answers: (number | string | undefined | LambdaFailure | null)[] = [];

function answer(id: number, json: string | undefined, failure: LambdaFailure | null): void {
  if (answers.length === 0) setImmediate(flush);
  answers.push(id, json, failure);
}

function flush(): void {
  const ready = answers;
  answers = [];
  send({ kind: 'answers', answers: ready });
}

async function call(handler: Handler, id: number, event: unknown): Promise<void> {
  try {
    if (isStreaming(handler)) throw new Error(`${setting.functionName} streams its answers; it was not asked to.`);
    answer(id, JSON.stringify(await handler(event, new InvocationContext())), null);
  } catch (thrown) {
    answer(id, undefined, failureOf(thrown));
  }
}

async function stream(
  handler: Handler | StreamingHandler,
  { id, event, port }: ToWorker & { kind: 'stream' },
): Promise<void> {
  try {
    if (!isStreaming(handler)) throw new Error(`${setting.functionName} does not stream its answers.`);
    await runStreaming(handler, event, new InvocationContext(), port);
    answer(id, undefined, null);
  } catch (thrown) {
    answer(id, undefined, failureOf(thrown));
  }
}

async function loadHandler(): Promise<Handler> {
  if (setting.compileCacheDir !== null) enableCompileCache(setting.compileCacheDir);
  const bundle = (await import(setting.bundleUrl)) as Readonly<Record<string, unknown>>;
  const handler = bundle[setting.exportName];
  if (typeof handler !== 'function') throw new Error(`${setting.bundleUrl} does not export "${setting.exportName}".`);
  return handler as Handler;
}

try {
  installAwslambda();
  const handler = await loadHandler();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') return send({ kind: 'pong' });
    if (message.kind === 'stream') return void stream(handler, message);
    const { calls } = message;
    for (let at = 0; at < calls.length; at += 2) void call(handler, calls[at] as number, calls[at + 1]);
    return undefined;
  });
  send({ kind: 'ready' });
  flushCompileCache();
} catch (thrown) {
  send({ kind: 'init-failed', failure: failureOf(thrown) });
}
