import { type MessagePort, Worker } from 'node:worker_threads';
import type { FunctionLog } from './function-log.ts';
import { exited, InvocationError, timedOut } from './invocation-error.ts';
import type { FromWorker, LambdaFailure, ToWorker, WorkerSetting } from './messages.ts';
import { receiveStream, type StreamedAnswer } from './streamed-answer.ts';

/** One worker thread with one function's bundle: Lambda's execution environment, except that calls overlap. */
export type Environment = {
  /** Resolves with the handler's answer, rejects with an InvocationError. */
  invoke(event: unknown): Promise<unknown>;
  /** As `invoke`, of a function that streams. `ended` resolves, never rejects, when the invocation is over. */
  stream(event: unknown): { readonly answer: Promise<StreamedAnswer>; readonly ended: Promise<void> };
  /** Resolves when the bundle is loaded, or rejects with why it cannot be. */
  readonly ready: Promise<void>;
  /** Ends the thread now; calls in flight fail. */
  kill(): Promise<void>;
};

export type EnvironmentOptions = {
  readonly setting: WorkerSetting;
  readonly env: Readonly<Record<string, string>>;
  readonly log: FunctionLog;
  /** Called once, when no new call may come here: after a time-out, a crash or a kill. */
  readonly onRetired: () => void;
  /** Called once, when the thread is gone. */
  readonly onEnded: () => void;
};

type Call = {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  deadlineMs: number;
};

/** Below this heap limit a burst of big arrays aborts the whole process instead of ending one worker. */
const SMALLEST_HEAP_MB = 256;
/** AWS allows a function 10 s to load; twelve at once on a busy laptop need more. */
const INIT_LIMIT_MS = 30_000;
const PING_LIMIT_MS = 200;
/** How long the other calls of a retired worker may still run. */
const RETIRED_LIMIT_MS = 1_000;

const WORKER_URL = new URL('./worker.ts', import.meta.url);

export function startEnvironment({ setting, env, log, onRetired, onEnded }: EnvironmentOptions): Environment {
  const { timeoutMs } = setting;
  const worker = new Worker(WORKER_URL, {
    workerData: setting,
    env,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(SMALLEST_HEAP_MB, setting.memoryMb) },
  });
  worker.stdout.on('data', (chunk: Buffer) => log.write(chunk));
  worker.stderr.on('data', (chunk: Buffer) => log.write(chunk));

  const inFlight = new Map<number, Call>();
  let lastId = 0;
  let unsent: unknown[] = [];
  let isReady = false;
  let isRetired = false;
  let watch: NodeJS.Timeout | null = null;
  let onPong: (() => void) | null = null;
  const readiness = Promise.withResolvers<void>();
  // Who warms a function awaits this; for everybody else the calls fail.
  readiness.promise.catch(() => undefined);

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows, this is a thread
  const post = (message: ToWorker, ...transferred: MessagePort[]): void => worker.postMessage(message, transferred);

  const terminate = (): void => void worker.terminate();

  function flush(): void {
    const calls = unsent;
    unsent = [];
    if (calls.length > 0) post({ kind: 'calls', calls });
  }

  /** Calls have the same time limit and a Map keeps their order, so the first one in flight is the next to expire. */
  function watchDeadlines(): void {
    watch = null;
    const nowMs = performance.now();
    let expired = 0;
    for (const [id, call] of inFlight) {
      if (call.deadlineMs > nowMs) {
        watch = setTimeout(watchDeadlines, call.deadlineMs - nowMs + 1);
        break;
      }
      inFlight.delete(id);
      call.reject(timedOut(timeoutMs));
      expired += 1;
    }
    if (expired > 0) {
      log.write(`${expired} invocation(s) timed out after ${timeoutMs} ms\n`);
      retire();
    }
  }

  function retire(): void {
    if (isRetired) return;
    isRetired = true;
    onRetired();
    const unresponsive = setTimeout(terminate, PING_LIMIT_MS);
    onPong = () => {
      clearTimeout(unresponsive);
      if (inFlight.size === 0) terminate();
      else setTimeout(terminate, RETIRED_LIMIT_MS);
    };
    post({ kind: 'ping' });
  }

  function settle(answers: (FromWorker & { kind: 'answers' })['answers']): void {
    for (let at = 0; at < answers.length; at += 3) {
      const id = answers[at] as number;
      const call = inFlight.get(id);
      // A call that timed out has had its answer.
      if (call === undefined) continue;
      inFlight.delete(id);
      const failure = answers[at + 2] as LambdaFailure | null;
      const json = answers[at + 1] as string | undefined;
      if (failure !== null) {
        // Lambda's runtime logs what a handler throws, so that nobody has to.
        log.write(`Invoke Error ${failure.stack === '' ? failure.errorMessage : failure.stack}\n`);
        call.reject(new InvocationError(failure));
      } else call.resolve(json === undefined ? null : JSON.parse(json));
    }
    if (isRetired && inFlight.size === 0) terminate();
  }

  function becomeReady(): void {
    isReady = true;
    clearTimeout(initLimit);
    const deadlineMs = performance.now() + timeoutMs;
    for (const call of inFlight.values()) call.deadlineMs = deadlineMs;
    if (inFlight.size > 0) watch = setTimeout(watchDeadlines, timeoutMs);
    flush();
    readiness.resolve();
  }

  function die(error: Error): void {
    clearTimeout(initLimit);
    if (watch !== null) clearTimeout(watch);
    for (const call of inFlight.values()) call.reject(error);
    inFlight.clear();
    unsent = [];
    readiness.reject(error);
    if (isRetired) return;
    isRetired = true;
    onRetired();
  }

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'answers':
        return settle(message.answers);
      case 'ready':
        return becomeReady();
      case 'pong':
        return onPong?.();
      case 'init-failed':
        log.write(`could not be loaded: ${message.failure.stack}\n`);
        die(new InvocationError(message.failure));
        terminate();
        return undefined;
    }
  });
  worker.on('error', (error: unknown) => {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    log.write(`${error instanceof Error ? (error.stack ?? reason) : reason}\n`);
    die(exited(reason));
  });
  worker.on('exit', (code) => {
    die(exited(`exit status ${code}`));
    onEnded();
  });

  const initLimit = setTimeout(() => {
    die(timedOut(INIT_LIMIT_MS));
    terminate();
  }, INIT_LIMIT_MS);

  function begin({ resolve, reject }: Pick<Call, 'resolve' | 'reject'>): number {
    const id = ++lastId;
    inFlight.set(id, { resolve, reject, deadlineMs: performance.now() + timeoutMs });
    if (isReady && watch === null) watch = setTimeout(watchDeadlines, timeoutMs);
    return id;
  }

  return {
    ready: readiness.promise,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        const id = begin({ resolve, reject });
        if (isReady && unsent.length === 0) setImmediate(flush);
        unsent.push(id, event);
      }),
    stream(event) {
      const { port, answer, fail } = receiveStream();
      const ended = new Promise<void>((resolve) => {
        const id = begin({
          resolve: () => resolve(),
          reject(error) {
            fail(error);
            resolve();
          },
        });
        // A worker that is still loading finds it when it is done.
        post({ kind: 'stream', id, event, port }, port);
      });
      return { answer, ended };
    },
    async kill() {
      die(exited('killed'));
      await worker.terminate();
    },
  };
}
