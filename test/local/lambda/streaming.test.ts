import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaHost } from '../../../local/lambda/host.ts';
import { startFunctionsOf } from './functions-of.ts';

/** Functions as they are bundled: `awslambda` is there before the first line runs. */
const streamed = (body: string): string => `
  const open = (stream, statusCode = 200, headers = {}) => awslambda.HttpResponseStream.from(stream, { statusCode, headers });
  const state = globalThis;
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`;

const SOURCES: Readonly<Record<string, string>> = {
  greet: streamed(`const out = open(stream, 201, { 'x-for': event.name }); out.write('hello '); out.end(event.name);`),
  endless: streamed(`
    if (event.ask) { open(stream).end(JSON.stringify({ written: state.written ?? 0, closed: state.closed ?? false })); return; }
    const out = open(stream); out.on('close', () => { state.closed = true; });
    state.written = 0;
    while (!out.destroyed) {
      state.written += 1;
      if (!out.write(Buffer.alloc(65_536))) await new Promise((r) => { out.once('drain', r); out.once('close', r); });
    }`),
  late: streamed(`const out = open(stream); out.write('begun'); await new Promise(() => {});`),
  failing: streamed(
    `if (event.head) open(stream).write('begun'); await new Promise((r) => setTimeout(r, 20)); throw new Error('no more');`,
  ),
  silent: streamed(`stream.end();`),
  limited: streamed(`const out = open(stream); out.write('x'); await new Promise((r) => out.once('close', r));`),
  plain: 'export const handler = async () => "whole";',
};

const root = mkdtempSync(join(tmpdir(), 'signpost-streaming-'));
let host: LambdaHost;

beforeAll(() => {
  host = startFunctionsOf({
    root,
    sources: SOURCES,
    planOf: (name) => ({ timeoutS: name === 'late' ? 1 : 20, reservedConcurrency: name === 'limited' ? 1 : null }),
  });
});
afterAll(async () => {
  await host.close();
  rmSync(root, { recursive: true });
});

describe('a function that streams', () => {
  test('says status and headers first, then its bytes, then that it is done', async () => {
    const { statusCode, headers, body } = await host.stream('greet', { name: 'you' });
    expect([statusCode, headers, await text(body)]).toEqual([201, { 'x-for': 'you' }, 'hello you']);
  });

  test('is stopped by a reader who does not read, and told when the reader leaves', async () => {
    const { body } = await host.stream('endless', {});
    const asked = async () =>
      JSON.parse(await text((await host.stream('endless', { ask: true })).body)) as {
        written: number;
        closed: boolean;
      };
    await sleep(100);
    const before = await asked();
    await sleep(100);
    expect(await asked()).toEqual({ ...before, closed: false });
    expect(before.written).toBeLessThan(20);
    body.destroy();
    await sleep(100);
    expect((await asked()).closed).toBe(true);
  });

  test('breaks off when its time is over', async () => {
    const { body } = await host.stream('late', {});
    await expect(text(body)).rejects.toThrow('Task timed out after 1.00 seconds');
  });

  test('fails its answer before the head, and its body after', async () => {
    await expect(host.stream('failing', { head: false })).rejects.toThrow('no more');
    const { body } = await host.stream('failing', { head: true });
    await expect(text(body)).rejects.toThrow('no more');
  });

  test('that says no status has given no answer', async () => {
    await expect(host.stream('silent', {})).rejects.toThrow('streamed no answer');
  });

  test('breaks off when its worker is killed, and the next call gets a fresh one', async () => {
    const { body } = await host.stream('endless', {});
    const broken = expect(text(body)).rejects.toThrow('Runtime exited: killed');
    await host.kill('endless');
    await broken;
    expect(JSON.parse(await text((await host.stream('endless', { ask: true })).body))).toMatchObject({ written: 0 });
  });

  test('holds its share of the reserved concurrency until it is over', async () => {
    const { body } = await host.stream('limited', {});
    await expect(host.stream('limited', {})).rejects.toThrow('Rate Exceeded');
    body.destroy();
    await sleep(100);
    (await host.stream('limited', {})).body.destroy();
  });

  test('cannot be asked for a whole answer, nor one that gives whole answers for a stream', async () => {
    await expect(host.invoke('greet', {})).rejects.toThrow('greet streams its answers');
    await expect(host.stream('plain', {})).rejects.toThrow('plain does not stream');
  });
});
