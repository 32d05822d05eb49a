import { connect } from 'node:net';
import type { RestApiPlan } from '../../../local/cloud/rest-api.ts';
import { type Door, openDoor } from '../../../local/gateway/door.ts';
import { playDistribution } from '../../../local/gateway/edge.ts';
import { playHttpApi } from '../../../local/gateway/http-api.ts';
import { playRestApi } from '../../../local/gateway/rest-api.ts';
import { ThrottledError } from '../../../local/lambda/invocation-error.ts';
import { behavior } from './behavior.ts';

type Event = Readonly<Record<string, unknown>> & { headers: Record<string, string> };
type Functions = Record<string, (event: Event) => unknown>;

const functions: Functions = {};
const host = {
  invoke: async (name: string, event: unknown) => functions[name]?.(event as Event),
  stream: async () => Promise.reject(new Error('nothing streams here')),
};
const authorizer = { functionName: 'authorizer', identitySources: [], cacheS: 0 };
const restPlan: RestApiPlan = {
  name: 'Rest',
  stageName: 'live',
  stageVariables: { flavour: 'plain' },
  methods: [
    { method: 'POST', path: '/v1/things', functionName: 'things', timeoutMs: 100, streams: false, authorizer },
    {
      method: 'PUT',
      path: '/v1/things/{id}/parts/{part}',
      functionName: 'things',
      timeoutMs: 100,
      streams: false,
      authorizer,
    },
    {
      method: 'GET',
      path: '/v1/cookies',
      functionName: 'things',
      timeoutMs: 100,
      streams: false,
      authorizer: { ...authorizer, identitySources: ['method.request.header.Cookie'] },
    },
    { method: 'GET', path: '/open/{name}', functionName: 'things', timeoutMs: 100, streams: false, authorizer: null },
  ],
  gatewayResponses: {
    UNAUTHORIZED: {
      statusCode: 401,
      headers: { 'Content-Type': "'application/problem+json'", 'X-Request-Id': 'context.requestId' },
      templates: { 'application/json': '{"error":"UNAUTHENTICATED","request_id":"$context.requestId"}' },
    },
    REQUEST_TOO_LARGE: {
      statusCode: 413,
      headers: {},
      templates: { 'application/json': '{"error":"PAYLOAD_TOO_LARGE"}' },
    },
    DEFAULT_5XX: {
      statusCode: null,
      headers: {},
      templates: { 'application/json': '{"status":$context.status,"said":$context.error.messageString}' },
    },
  },
  binaryMediaTypes: [],
};

let shortDoor: Door;
let appDoor: Door;
let shortUrl: string;
let appUrl: string;

beforeAll(async () => {
  shortDoor = await openDoor(0, 'SHORT_PORT');
  appDoor = await openDoor(0, 'PORT');
  shortUrl = `http://127.0.0.1:${shortDoor.port}`;
  appUrl = `http://127.0.0.1:${appDoor.port}`;
  const route = (method: string, path: string) => ({ method, path, functionName: 'visit', timeoutMs: 100 });
  const httpPlan = {
    name: 'Api',
    routes: [route('GET', '/{code}'), route('HEAD', '/{code}'), route('ANY', '$default')],
  };
  shortDoor.serve(
    playDistribution({ name: 'Short', behaviors: [behavior] }, shortDoor.domain, () =>
      playHttpApi(httpPlan, host, () => 5_000),
    ),
  );
  const origin = { ...behavior.origin, from: { kind: 'rest-api' as const, name: 'Rest' }, path: '/live' };
  appDoor.serve(
    playDistribution({ name: 'App', behaviors: [{ ...behavior, origin }] }, appDoor.domain, () =>
      playRestApi(restPlan, host),
    ),
  );
});
afterAll(async () => {
  await shortDoor.close();
  await appDoor.close();
});

const allow = (event: Event) => ({
  principalId: 'me',
  policyDocument: {
    Statement: [
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${String(event['methodArn']).split('/')[0]}/*` },
    ],
  },
  context: { plan: 'free', limit: 10, strict: true },
});

/** Sends bytes as they are and answers the first bytes that come back. */
const rawly = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

describe('the short door', () => {
  test('adds what CloudFront knows and takes off what only CloudFront may say', async () => {
    let seen: Event = { headers: {} };
    functions['visit'] = (event) => {
      seen = event;
      return {
        statusCode: 302,
        headers: { Location: 'https://example.com/', Server: 'mine' },
        cookies: ['a=1', 'b=2'],
      };
    };
    const answer = await fetch(`${shortUrl}/abc?x=1`, {
      redirect: 'manual',
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-origin-verify': 'guess',
        'cloudfront-viewer-country': 'XX',
        'CloudFront-Viewer-City': 'Nowhere',
        'cloudfront-viewer-address': '9.9.9.9:1',
        'x-forwarded-for': '9.9.9.9',
        'user-agent': 'Mozilla/5.0 (iPhone)',
        cookie: 'one=1; two=2',
      },
    });
    expect(seen.headers).toMatchObject({
      host: 'Api.execute-api.us-east-1.amazonaws.com',
      'x-forwarded-host': shortDoor.domain,
      'x-origin-verify': 'secret',
      'x-viewer-country': 'US',
      'x-viewer-device': 'mobile',
      'x-viewer-address': '127.0.0.1',
      'x-forwarded-for': expect.stringMatching(/^9\.9\.9\.9, 127\.0\.0\.1, /) as string,
    });
    for (const name of ['cookie', 'cloudfront-viewer-country', 'x-viewer-city']) {
      expect(seen.headers).not.toHaveProperty(name);
    }
    expect(seen).toMatchObject({ cookies: ['one=1', 'two=2'], pathParameters: { code: 'abc' }, rawQueryString: 'x=1' });

    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('https://example.com/');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('server')).toBeNull();
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  test('x-signpost-viewer says where the viewer is, and never reaches the function', async () => {
    let headers: Record<string, string> = {};
    functions['visit'] = (event) => {
      headers = event.headers;
      return { statusCode: 204 };
    };
    await fetch(`${shortUrl}/abc`, { headers: { 'x-signpost-viewer': 'country=DE;region=BE;city=Berlin;device=tv' } });
    expect(headers).toMatchObject({
      'x-viewer-country': 'DE',
      'x-viewer-region': 'BE',
      'x-viewer-city': 'Berlin',
      'x-viewer-device': 'tv',
    });
    expect(headers).not.toHaveProperty('x-signpost-viewer');
  });

  test.each<[claim: string, answer: () => unknown, status: number, body: string]>([
    ['an object without statusCode is a 200 with JSON', () => ({ hello: 1 }), 200, '{"hello":1}'],
    ['text is a 200', () => 'plain', 200, 'plain'],
    ['base64 is decoded', () => ({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }), 200, 'hi'],
    [
      'a header may be overridden by the policy or not',
      () => ({ statusCode: 200, headers: { 'x-frame-options': 'SAMEORIGIN' } }),
      200,
      '',
    ],
    ['a throw is 500', () => Promise.reject(new Error('secret detail')), 500, '{"message":"Internal Server Error"}'],
    ['a status that is none is 500', () => ({ statusCode: 'many' }), 500, '{"message":"Internal Server Error"}'],
    [
      'a body that is no text is 500',
      () => ({ statusCode: 200, body: { a: 1 } }),
      500,
      '{"message":"Internal Server Error"}',
    ],
    [
      'a throttled function is 503',
      () => Promise.reject(new ThrottledError()),
      503,
      '{"message":"Service Unavailable"}',
    ],
    [
      'an answer after the API’s limit is 503',
      () => new Promise((resolve) => setTimeout(resolve, 300)),
      503,
      '{"message":"Service Unavailable"}',
    ],
    ['a header HTTP cannot carry is 502', () => ({ statusCode: 200, headers: { location: 'a\r\nb: c' } }), 502, ''],
  ])('%s', async (_claim, answer, status, body) => {
    functions['visit'] = answer;
    const response = await fetch(`${shortUrl}/abc`, { redirect: 'manual' });
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test('HEAD has a route of its own and an answer without a body', async () => {
    functions['visit'] = (event) => ({
      statusCode: 200,
      body: (event['requestContext'] as { routeKey: string }).routeKey,
    });
    const response = await fetch(`${shortUrl}/abc`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test.each<[claim: string, bytes: string, status: RegExp]>([
    ['an absolute URL of somebody else', 'GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400/],
    ['a URL of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1\.1 414/],
    ['headers of 64 kB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(65_536)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    ['bytes that are not HTTP', '\u0016\u0003\u0001\u0002\u0000\r\n\r\n', /^HTTP\/1\.1 400/],
    ['a method CloudFront does not know', 'PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 403/],
    ['a GET with a body', 'GET /abc HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi', /^HTTP\/1\.1 403/],
    [
      'two lengths that differ',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi',
      /^HTTP\/1\.1 400/,
    ],
    [
      'a body of 11 MB',
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${11 * 1024 * 1024}\r\n\r\n${'a'.repeat(11 * 1024 * 1024)}`,
      /^HTTP\/1\.1 413/,
    ],
  ])('refuses %s and goes on', async (_claim, bytes, status) => {
    functions['visit'] = () => ({ statusCode: 200, body: 'alive' });
    expect(await rawly(shortDoor.port, bytes)).toMatch(status);
    expect(await (await fetch(`${shortUrl}/abc`)).text()).toBe('alive');
  });

  test('a viewer who goes away in the middle of a body disturbs nobody', async () => {
    const socket = connect(shortDoor.port, '127.0.0.1');
    socket.write('POST /abc HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    functions['visit'] = () => ({ statusCode: 200, body: 'alive' });
    expect(await (await fetch(`${shortUrl}/abc`)).text()).toBe('alive');
  });
});

describe('the app door', () => {
  const post = (): Promise<Response> =>
    fetch(`${appUrl}/v1/things`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });

  test('asks the authorizer, hands its context on as text, and the body as it came', async () => {
    let seen: Event = { headers: {} };
    functions['authorizer'] = allow;
    functions['things'] = (event) => {
      seen = event;
      return { statusCode: 201, headers: { a: '1' }, multiValueHeaders: { 'set-cookie': ['x=1', 'y=2'] }, body: '{}' };
    };
    const response = await post();
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['x=1', 'y=2']);
    expect(seen).toMatchObject({
      path: '/v1/things',
      resource: '/v1/things',
      body: '{"a":1}',
      stageVariables: { flavour: 'plain' },
      requestContext: {
        path: '/live/v1/things',
        authorizer: { principalId: 'me', plan: 'free', limit: '10', strict: 'true' },
      },
    });
    expect(seen.headers['X-Viewer-Country']).toBe('US');
  });

  test('the authorizer sees cookies and path parameters, the method sees them too', async () => {
    const seen: Event[] = [];
    functions['authorizer'] = (event) => {
      seen.push(event);
      return allow(event);
    };
    functions['things'] = (event) => {
      seen.push(event);
      return { statusCode: 200, body: '{}' };
    };
    const response = await fetch(`${appUrl}/v1/things/ws_1/parts/a%20b`, {
      method: 'PUT',
      headers: { cookie: '__Host-one=a=b; two="2"', 'x-signpost-csrf': '1' },
    });
    expect(response.status).toBe(200);
    expect(seen).toHaveLength(2);
    for (const event of seen) {
      expect(event).toMatchObject({
        httpMethod: 'PUT',
        resource: '/v1/things/{id}/parts/{part}',
        path: '/v1/things/ws_1/parts/a%20b',
        pathParameters: { id: 'ws_1', part: 'a b' },
        headers: { Cookie: '__Host-one=a=b; two="2"', 'x-signpost-csrf': '1' },
        multiValueHeaders: { Cookie: ['__Host-one=a=b; two="2"'] },
      });
      expect(event.headers).not.toHaveProperty('cookie');
    }
    expect(seen[0]).toMatchObject({ type: 'REQUEST', methodArn: expect.stringMatching(/\/live\/PUT\/v1\//) as string });
  });

  test('cookies may be what an authorizer wants to see', async () => {
    functions['authorizer'] = allow;
    functions['things'] = () => ({ statusCode: 200, body: '{}' });
    const statusWith = async (headers: Record<string, string>) =>
      (await fetch(`${appUrl}/v1/cookies`, { headers })).status;
    expect([await statusWith({ cookie: 'a=1' }), await statusWith({})]).toEqual([200, 401]);
  });

  const deny = (event: Event) => {
    const { policyDocument } = allow(event);
    return {
      principalId: 'me',
      policyDocument: { Statement: policyDocument.Statement.map((one) => ({ ...one, Effect: 'Deny' })) },
    };
  };

  const allowAndDeny = (event: Event) => {
    const statements = [allow(event), deny(event)].flatMap(({ policyDocument }) => policyDocument.Statement);
    return { principalId: 'me', policyDocument: { Statement: statements } };
  };

  test.each<[claim: string, authorizer: (event: Event) => unknown, status: number, body: RegExp]>([
    [
      'an authorizer that throws Unauthorized',
      () => Promise.reject(new Error('Unauthorized')),
      401,
      /"error":"UNAUTHENTICATED","request_id":"[0-9a-f-]{36}"/,
    ],
    ['an authorizer that denies', deny, 403, /not authorized/],
    ['a Deny beside an Allow', allowAndDeny, 403, /not authorized/],
    [
      'a policy for another method',
      () => ({
        principalId: 'me',
        policyDocument: {
          Statement: [
            { Action: '*', Effect: 'Allow', Resource: 'arn:aws:execute-api:us-east-1:000000000000:Rest/live/GET/*' },
          ],
        },
      }),
      403,
      /not authorized/,
    ],
    ['an authorizer that breaks', () => Promise.reject(new Error('boom')), 500, /"status":500/],
    ['an authorizer without a policy', () => ({ isAuthorized: true }), 500, /"status":500/],
    [
      'an authorizer with an object in its context',
      (event) => ({ ...allow(event), context: { a: {} } }),
      500,
      /"status":500/,
    ],
  ])('%s is answered by the gateway', async (_claim, authorizer, status, body) => {
    functions['authorizer'] = authorizer;
    functions['things'] = () => ({ statusCode: 200, body: 'must not be reached' });
    const response = await post();
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(body);
  });

  test('a body over the limit is refused in the words of the template', async () => {
    functions['authorizer'] = () => Promise.reject(new Error('must not be asked'));
    const response = await fetch(`${appUrl}/v1/things`, { method: 'POST', body: 'x'.repeat(11 * 1024 * 1024) });
    expect([response.status, await response.json()]).toEqual([413, { error: 'PAYLOAD_TOO_LARGE' }]);
    expect(response.headers.get('connection')).toBe('close');
  });

  test.each<[claim: string, answer: () => unknown, status: number]>([
    ['a function that throws', () => Promise.reject(new Error('boom')), 502],
    ['a function that is throttled', () => Promise.reject(new ThrottledError()), 500],
    ['an answer without statusCode', () => ({ hello: 1 }), 502],
    ['a function over the limit', () => new Promise((resolve) => setTimeout(resolve, 300)), 504],
  ])('%s is answered by the gateway with its own status', async (_claim, answer, status) => {
    functions['things'] = answer;
    const response = await fetch(`${appUrl}/open/x`);
    expect([response.status, await response.json()]).toEqual([status, { status, said: expect.any(String) as string }]);
  });

  test.each(['/nowhere', '/v1/things', '/open'])(
    'GET %s, which no method has, is refused before anything runs',
    async (path) => {
      functions['authorizer'] = () => Promise.reject(new Error('must not be asked'));
      const response = await fetch(`${appUrl}${path}`);
      expect([response.status, await response.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
    },
  );
});
