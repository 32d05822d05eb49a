import { connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RestMethodPlan } from '../../../local/cloud/rest-api.ts';
import { type Door, openDoor } from '../../../local/gateway/door.ts';
import { playDistribution } from '../../../local/gateway/edge.ts';
import { playRestApi } from '../../../local/gateway/rest-api.ts';
import { ThrottledError } from '../../../local/lambda/invocation-error.ts';
import type { StreamedAnswer } from '../../../local/lambda/streamed-answer.ts';
import { behavior } from './behavior.ts';

/** Answers that a REST API streams, seen through the door. The function is played by `stream`. */
const method: RestMethodPlan = {
  method: 'GET',
  path: '/v1/stream',
  functionName: 'streaming',
  timeoutMs: 400,
  streams: true,
  authorizer: null,
};
let stream: () => Promise<StreamedAnswer>;
let door: Door;
let url: string;

beforeAll(async () => {
  door = await openDoor(0, 'PORT');
  url = `http://127.0.0.1:${door.port}/v1/stream`;
  const plan = {
    name: 'Rest',
    stageName: 'live',
    stageVariables: {},
    methods: [method],
    gatewayResponses: {},
    binaryMediaTypes: [],
  };
  const host = {
    invoke: async () => Promise.reject(new Error('nothing is buffered here')),
    stream: async () => stream(),
  };
  const origin = { ...behavior.origin, api: { kind: 'rest-api' as const, name: 'Rest' }, path: '/live' };
  door.serve(
    playDistribution({ name: 'App', behaviors: [{ ...behavior, origin }] }, door.domain, () => playRestApi(plan, host)),
  );
});
afterAll(() => door.close());

const answering = (body: Readable, headers: Record<string, string> = {}): void => {
  stream = async () => ({ statusCode: 200, headers: { 'Content-Type': 'text/plain', ...headers }, body });
};

describe('a streamed answer', () => {
  test('arrives while it is made, in chunks, with the function’s status and headers', async () => {
    const body = new PassThrough();
    answering(body, { 'X-Own': 'yes' });
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-type'), response.headers.get('x-own')]).toEqual([
      200,
      'text/plain',
      'yes',
    ]);
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    const reader = response.body?.getReader();
    body.write('first');
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    body.end('last');
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('last');
    expect((await reader?.read())?.done).toBe(true);
  });

  test('ends at its source when the viewer leaves', async () => {
    const body = new PassThrough();
    answering(body);
    const leaving = new AbortController();
    await fetch(url, { signal: leaving.signal });
    leaving.abort();
    while (!body.destroyed) await sleep(5);
  });

  test('is made no faster than the viewer reads', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    let made = 0;
    const body = new Readable({
      read() {
        made += 1;
        this.push(chunk);
      },
    });
    answering(body);
    const socket = connect(door.port, '127.0.0.1', () => socket.write('GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n'));
    socket.pause();
    await sleep(200);
    const whileUnread = made;
    await sleep(100);
    expect(made).toBe(whileUnread);
    socket.destroy();
  });

  test('is cut when the integration’s time is over', async () => {
    const body = new PassThrough();
    answering(body);
    const response = await fetch(url);
    const began = Date.now();
    await expect(response.text()).rejects.toThrow();
    expect(Date.now() - began).toBeLessThan(1_000);
  });

  test('breaks off where the function fails half-way', async () => {
    const body = new PassThrough();
    answering(body);
    const response = await fetch(url);
    body.write('half');
    setTimeout(() => body.destroy(new Error('failed')), 20);
    await expect(response.text()).rejects.toThrow();
  });

  test.each([
    ['fails before it said anything', () => Promise.reject(new Error('broken')), 502],
    ['is throttled', () => Promise.reject(new ThrottledError()), 500],
    ['says nothing in time', () => new Promise<StreamedAnswer>(() => undefined), 504],
  ])('is refused by API Gateway where the function %s', async (_how, answer, status) => {
    stream = answer;
    expect((await fetch(url)).status).toBe(status);
  });
});
