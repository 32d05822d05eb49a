import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lambdaEnvOf } from '../../../local/lambda/function-env.ts';
import type { LambdaHost } from '../../../local/lambda/host.ts';
import { startFunctionsOf } from './functions-of.ts';

const SOURCES: Readonly<Record<string, string>> = {
  echo: 'export const handler = async (event, context) => { const { getRemainingTimeInMillis } = context; return { event, context: { ...context, left: getRemainingTimeInMillis() } }; };',
  env: 'export const handler = async () => ({ ...process.env });',
  overlap: `let running = 0; let most = 0;
    export const handler = async () => { most = Math.max(most, ++running); await new Promise((r) => setTimeout(r, 50)); running--; return most; };`,
  slow: `export const handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return process.env.WORKER ??= String(Math.random()); };`,
  busy: `import { appendFileSync } from 'node:fs';
    let calls = 0; export const handler = async ({ spin }) => { if (spin) for (;;) appendFileSync(spin, '.'); return ++calls; };`,
  crash: `let calls = 0;
    export const handler = async ({ how }) => {
      if (how === 'exit') process.exit(3);
      if (how === 'uncaught') setTimeout(() => { throw new Error('thrown later'); }, 0);
      if (how === 'unhandled') void Promise.reject(new Error('rejected later'));
      if (how === 'memory') { const hog = []; for (;;) hog.push(new Array(100_000).fill(hog.length)); }
      if (how !== undefined) await new Promise(() => {});
      return ++calls;
    };`,
  throws: `class TableGone extends Error { name = 'TableGone'; }
    export const handler = async () => { console.log('about to throw'); throw new TableGone('no table'); };`,
  answers:
    'export const handler = async (event) => event === "nothing" ? undefined : { at: new Date(0), gone: undefined, buffer: Buffer.from("x") };',
  limited:
    'export const handler = async ({ fail }) => { await new Promise((r) => setTimeout(r, 50)); if (fail) throw new Error("failed"); return "done"; };',
  broken: 'throw new Error("cannot load");',
};

const root = mkdtempSync(join(tmpdir(), 'signpost-lambda-'));
let host: LambdaHost;

beforeAll(() => {
  host = startFunctionsOf({
    root,
    sources: SOURCES,
    planOf: (name) => ({
      env: { OWN: name },
      // A full heap takes seconds to be sure of on a busy machine; the time limit must not come first.
      timeoutS: name === 'crash' ? 20 : 1,
      reservedConcurrency: name === 'limited' ? 2 : null,
    }),
    envFor: (plan) => lambdaEnvOf(plan, { aws: { KINESIS: 'http://127.0.0.1:1' }, valkey: 'redis://127.0.0.1:2' }),
  });
});

afterAll(async () => {
  await host.close();
  rmSync(root, { recursive: true });
});

describe('the Lambda host', () => {
  test('hands the handler the event and a context, and answers with what it returns', async () => {
    expect(await host.invoke('echo', { a: [1, 'zwei'] })).toMatchObject({
      event: { a: [1, 'zwei'] },
      context: { functionName: 'echo', memoryLimitInMB: '128', left: expect.any(Number) as number },
    });
  });

  test('gives each function its own variables, its role as access key, the engines, and nothing of the host', async () => {
    process.env['HOST_ONLY'] = 'secret';
    const env = (await host.invoke('env', {})) as Record<string, string>;
    expect(env).toMatchObject({
      OWN: 'env',
      AWS_ACCESS_KEY_ID: 'envRole',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1',
      VALKEY_ENDPOINT_URL: 'redis://127.0.0.1:2',
    });
    expect(env).not.toHaveProperty('HOST_ONLY');
    expect(env).not.toHaveProperty('HOME');
  });

  test('overlaps calls inside one worker', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => host.invoke('overlap', {})));
    expect(Math.max(...(counts as number[]))).toBe(20);
  });

  test('throttles calls beyond the reserved concurrency, and takes others when those are done, well or not', async () => {
    const outcomes = (events: readonly object[]) =>
      Promise.all(events.map((event) => host.invoke('limited', event).catch((error: Error) => error.name)));
    expect(await outcomes([{}, { fail: true }, {}, {}])).toEqual([
      'done',
      'InvocationError',
      'TooManyRequestsException',
      'TooManyRequestsException',
    ]);
    expect(await outcomes([{}, {}])).toEqual(['done', 'done']);
  });

  test('answers are JSON, as everything Lambda returns', async () => {
    expect(await host.invoke('answers', 'nothing')).toBeNull();
    expect(await host.invoke('answers', {})).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      buffer: { type: 'Buffer', data: [120] },
    });
  });

  test('what the handler throws arrives with its class, message and stack, and console output in the log', async () => {
    await expect(host.invoke('throws', {})).rejects.toMatchObject({
      errorType: 'TableGone',
      message: 'no table',
      stack: expect.stringContaining('index.mjs') as string,
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readFileSync(join(root, 'logs', 'throws.log'), 'utf8')).toContain('about to throw');
  });

  test('a call over its time limit fails, a short one beside it still ends, and the next gets a fresh worker', async () => {
    const first = await host.invoke('slow', { ms: 0 });
    const late = host.invoke('slow', { ms: 5_000 });
    const lateEnds = expect(late).rejects.toThrow('Task timed out after 1.00 seconds');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const beside = host.invoke('slow', { ms: 500 });
    await lateEnds;
    const next = await host.invoke('slow', { ms: 0 });
    expect(await beside).toBe(first);
    expect(next).not.toBe(first);
  });

  test('a call that never lets go of its thread is ended, and the next gets a fresh worker', async () => {
    expect(await host.invoke('busy', {})).toBe(1);
    expect(await host.invoke('busy', {})).toBe(2);
    const trace = join(root, 'busy.trace');
    await expect(host.invoke('busy', { spin: trace })).rejects.toThrow('Task timed out');
    expect(await host.invoke('busy', {})).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sizeBytes = statSync(trace).size;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(statSync(trace).size).toBe(sizeBytes);
  });

  test.each([
    ['exit', /exit status 3/],
    ['uncaught', /thrown later/],
    ['unhandled', /rejected later/],
    ['memory', /ERR_WORKER_OUT_OF_MEMORY|memory limit/],
  ])('a crash (%s) fails the calls in flight, and the next call gets a fresh worker', async (how, message) => {
    await expect(host.invoke('crash', { how })).rejects.toThrow(message);
    expect(await host.invoke('crash', {})).toBe(1);
  });

  test('kill fails the calls in flight and leaves other functions alone', async () => {
    const inFlight = host.invoke('slow', { ms: 900 });
    const failed = expect(inFlight).rejects.toThrow('Runtime exited: killed');
    const elsewhere = host.invoke('overlap', {});
    await host.kill('slow');
    await failed;
    await elsewhere;
    expect(typeof (await host.invoke('slow', { ms: 0 }))).toBe('string');
  });

  test('a bundle that cannot be loaded fails its calls and warm(), each time anew', async () => {
    await expect(host.invoke('broken', {})).rejects.toThrow('cannot load');
    await expect(host.warm(['broken'])).rejects.toThrow('cannot load');
  });

  test('an unknown function is an error that names it', async () => {
    await expect(async () => host.invoke('nobody', {})).rejects.toThrow('There is no function "nobody"');
  });
});
