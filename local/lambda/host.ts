import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionPlan } from '../cloud/functions.ts';
import { type Environment, startEnvironment } from './environment.ts';
import { type FunctionLog, openFunctionLog } from './function-log.ts';
import { ThrottledError } from './invocation-error.ts';
import type { StreamedAnswer } from './streamed-answer.ts';

/** Plays Lambda: each function in its own worker thread, started when it is first called. */
export type LambdaHost = {
  /**
   * Resolves with the function's answer; rejects with an InvocationError when it throws, times out or dies, with a
   * ThrottledError when as many calls are running as it may have.
   */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** As `invoke`, of a function that streams: resolves when status and headers are known. */
  stream(functionName: string, event: unknown): Promise<StreamedAnswer>;
  /** Starts these functions now and resolves when all are loaded. Rejects with the first that cannot be. */
  warm(functionNames: readonly string[]): Promise<void>;
  /** Ends the function's thread as a crash would; its calls in flight fail, the next call starts a new one. */
  kill(functionName: string): Promise<void>;
  close(): Promise<void>;
};

export type LambdaHostOptions = {
  readonly functions: readonly FunctionPlan[];
  /** What every function finds in its environment besides the template's variables: endpoints, credentials. */
  envFor(plan: FunctionPlan): Readonly<Record<string, string>>;
  readonly logsDir: string;
  readonly compileCacheDir: string | null;
};

type HostedFunction = {
  readonly plan: FunctionPlan;
  readonly log: FunctionLog;
  environment: Environment | null;
  runningCalls: number;
};

export function startLambdaHost(options: LambdaHostOptions): LambdaHost {
  const hosted = new Map<string, HostedFunction>(
    options.functions.map((plan) => [
      plan.name,
      { plan, log: openFunctionLog(options.logsDir, plan.name), environment: null, runningCalls: 0 },
    ]),
  );
  const alive = new Set<Environment>();
  let isClosed = false;

  const find = (functionName: string): HostedFunction => {
    const found = hosted.get(functionName);
    if (found === undefined) throw new Error(`There is no function "${functionName}".`);
    return found;
  };

  function environmentOf(one: HostedFunction): Environment {
    if (one.environment !== null) return one.environment;
    const environment = startEnvironment({
      setting: settingOf(one.plan, options.compileCacheDir),
      env: { ...one.plan.env, ...options.envFor(one.plan) },
      log: one.log,
      onRetired() {
        if (one.environment === environment) one.environment = null;
      },
      onEnded: () => void alive.delete(environment),
    });
    one.environment = environment;
    alive.add(environment);
    return environment;
  }

  async function invokeWithin(limit: number, one: HostedFunction, event: unknown): Promise<unknown> {
    if (one.runningCalls >= limit) throw new ThrottledError();
    one.runningCalls += 1;
    try {
      return await environmentOf(one).invoke(event);
    } finally {
      one.runningCalls -= 1;
    }
  }

  async function stream(functionName: string, event: unknown): Promise<StreamedAnswer> {
    if (isClosed) throw new Error('The Lambda host is closed.');
    const one = find(functionName);
    if (one.runningCalls >= (one.plan.reservedConcurrency ?? Number.POSITIVE_INFINITY)) throw new ThrottledError();
    one.runningCalls += 1;
    const { answer, ended } = environmentOf(one).stream(event);
    void ended.then(() => {
      one.runningCalls -= 1;
    });
    return answer;
  }

  return {
    stream,
    invoke(functionName, event) {
      if (isClosed) return Promise.reject(new Error('The Lambda host is closed.'));
      const one = find(functionName);
      const { reservedConcurrency } = one.plan;
      // Only who has a limit pays for the counting: the redirect's path stays one promise.
      return reservedConcurrency === null
        ? environmentOf(one).invoke(event)
        : invokeWithin(reservedConcurrency, one, event);
    },
    async warm(functionNames) {
      await Promise.all(functionNames.map((name) => environmentOf(find(name)).ready));
    },
    async kill(functionName) {
      await find(functionName).environment?.kill();
    },
    async close() {
      isClosed = true;
      await Promise.all([...alive].map((environment) => environment.kill()));
      await Promise.all([...hosted.values()].map(({ log }) => log.close()));
    },
  };
}

function settingOf(plan: FunctionPlan, compileCacheDir: string | null) {
  const [, file = 'index', exportName = 'handler'] = /^(.+)\.([^.]+)$/.exec(plan.handler) ?? [];
  return {
    bundleUrl: pathToFileURL(join(plan.assetDir, `${file}.mjs`)).href,
    exportName,
    functionName: plan.name,
    functionArn: plan.arn,
    memoryMb: plan.memoryMb,
    timeoutMs: plan.timeoutS * 1000,
    compileCacheDir,
  };
}
