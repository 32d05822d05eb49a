import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { withVisitorRetry } from '../../adapters/visitor-retry.ts';
import { asFailure } from '../../lambdas/problem.ts';
import { LEAN_ENV } from '../fixtures/tables.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, call: number) => void;

/** A server that behaves as badly as `answer` likes. */
async function withServer<T>(answer: Answer, use: (url: string, calls: () => number) => Promise<T>): Promise<T> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    const call = calls;
    request.resume().on('end', () => answer(request, response, call));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => calls);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const clientOf = (url: string) => awsJsonClient('dynamodb', { ...LEAN_ENV, AWS_ENDPOINT_URL_DYNAMODB: url });

const HOSTILE: readonly (readonly [string, Answer, RegExp])[] = [
  ['never answers', () => undefined, /did not answer within 80 ms/],
  [
    'sends a head and nothing more',
    (_, response) => response.writeHead(200, { 'content-length': '9' }).flushHeaders(),
    /did not answer within 80 ms/,
  ],
  [
    'drips a byte at a time for ever',
    (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    },
    /did not answer within 80 ms/,
  ],
  ['closes the connection', (_, response) => void response.destroy(), /socket hang up|ECONNRESET/],
  [
    'is cut off in the middle of its answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"Item":');
      setTimeout(() => response.destroy(), 5);
    },
    /cut off|aborted|ECONNRESET/,
  ],
  ['says 200 and half a document', (_, response) => void response.end('{"Item":{'), /did not answer in JSON/],
  [
    'says 502 with a page',
    (_, response) => void response.writeHead(502).end('<html>Bad gateway</html>'),
    /did not answer in JSON/,
  ],
  [
    'says 500',
    (_, response) => void response.writeHead(500).end('{"__type":"InternalServerError"}'),
    /InternalServerError/,
  ],
  ['says 500 and nothing', (_, response) => void response.writeHead(500).end(), /HTTP 500/],
  ['says 503 and an array', (_, response) => void response.writeHead(503).end('[]'), /HTTP 503/],
  [
    'throttles',
    (_, response) => void response.writeHead(400).end('{"__type":"com.amazon.coral.availability#ThrottlingException"}'),
    /ThrottlingException/,
  ],
];

describe('A service that', () => {
  it.each(HOSTILE)('%s is an error within the time given', async (_, answer, message) => {
    await withServer(answer, async (url) => {
      const startedMs = performance.now();
      await expect(clientOf(url)('GetItem', {}, 80)).rejects.toThrow(message);
      expect(performance.now() - startedMs).toBeLessThan(1_000);
    });
  });

  it.each(HOSTILE)('%s once is asked again by a visit', async (_, answer) => {
    const once: Answer = (request, response, call) =>
      call === 1 ? answer(request, response, call) : response.end('{"ok":true}');
    await withServer(once, async (url, calls) => {
      expect(await withVisitorRetry((timeoutMs) => clientOf(url)('GetItem', {}, Math.min(timeoutMs, 120)))).toEqual({
        ok: true,
      });
      expect(calls()).toBe(2);
    });
  });

  it.each(HOSTILE)('%s all the time makes a visitor’s answer 503, not 500', async (_, answer) => {
    await withServer(answer, async (url) => {
      const error: unknown = await clientOf(url)('GetItem', {}, 80).catch((caught: unknown) => caught);
      expect(asFailure(error).word).toBe('SERVICE_UNAVAILABLE');
    });
  });

  it('is not there at all makes a visitor’s answer 503', async () => {
    const url = await withServer(
      () => undefined,
      (address) => Promise.resolve(address),
    );
    const error: unknown = await clientOf(url)('GetItem', {}, 80).catch((caught: unknown) => caught);
    expect(asFailure(error).word).toBe('SERVICE_UNAVAILABLE');
  });

  it('refuses for good is asked once', async () => {
    const refuse: Answer = (_, response) =>
      void response.writeHead(400).end('{"__type":"x#ConditionalCheckFailedException","message":"no"}');
    await withServer(refuse, async (url, calls) => {
      await expect(withVisitorRetry((timeoutMs) => clientOf(url)('PutItem', {}, timeoutMs))).rejects.toMatchObject({
        type: 'ConditionalCheckFailedException',
        status: 400,
      });
      expect(calls()).toBe(1);
    });
  });
});

describe('A call', () => {
  it('carries its operation, its signature and its body, and reuses its connection', async () => {
    const seen: IncomingMessage[] = [];
    const note: Answer = (request, response) => {
      seen.push(request);
      response.end('{"Ü":"ü"}');
    };
    await withServer(note, async (url) => {
      const client = clientOf(url);
      expect(await client('GetItem', { name: 'ü' }, 1_000)).toEqual({ Ü: 'ü' });
      await client('GetItem', {}, 1_000);
    });
    expect(seen[0]?.headers).toMatchObject({
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength('{"name":"ü"}')),
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=TEST\/\d{8}\/us-east-1\/dynamodb\/aws4_request/,
      ),
    });
    expect(seen[1]?.socket).toBe(seen[0]?.socket);
  });

  it('uses the credentials of the moment, also new ones', async () => {
    const keys: string[] = [];
    const note: Answer = ({ headers }, response) => {
      keys.push(
        `${/Credential=(\w+)/.exec(String(headers.authorization))?.[1]} ${String(headers['x-amz-security-token'])}`,
      );
      response.end('{}');
    };
    await withServer(note, async (url) => {
      const env: NodeJS.ProcessEnv = { ...LEAN_ENV, AWS_ENDPOINT_URL_DYNAMODB: url };
      const client = awsJsonClient('dynamodb', env);
      await client('GetItem', {}, 1_000);
      Object.assign(env, { AWS_ACCESS_KEY_ID: 'NEW', AWS_SESSION_TOKEN: 'token' });
      await client('GetItem', {}, 1_000);
    });
    expect(keys).toEqual(['TEST undefined', 'NEW token']);
  });
});

describe('A kept connection', () => {
  it('that the service closed while we slept is replaced at once, without an error', async () => {
    const closesOnSecondUse: Answer = (request, response, call) => {
      if (call === 2) request.socket.destroy();
      else response.end('{"call":true}');
    };
    await withServer(closesOnSecondUse, async (url, calls) => {
      const client = clientOf(url);
      await client('GetItem', {}, 1_000);
      await expect(client('GetItem', {}, 1_000)).resolves.toEqual({ call: true });
      expect(calls()).toBe(3);
    });
  });

  it('that is new and closed at once is the service’s failure, and told', async () => {
    await withServer(
      (request) => request.socket.destroy(),
      async (url, calls) => {
        await expect(clientOf(url)('GetItem', {}, 1_000)).rejects.toThrow(/socket hang up|ECONNRESET/);
        expect(calls()).toBe(1);
      },
    );
  });
});
