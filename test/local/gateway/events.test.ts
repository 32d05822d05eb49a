import { httpApiEvent, httpApiFacts } from '../../../local/gateway/http-api-event.ts';
import type { OriginRequest } from '../../../local/gateway/origin-request.ts';
import { restApiEvent } from '../../../local/gateway/rest-api-event.ts';
import httpApiSample from '../../fixtures/events/http-api-v2.json' with { type: 'json' };
import restApiSample from '../../fixtures/events/rest-api-v1.json' with { type: 'json' };

const base: OriginRequest = {
  method: 'GET',
  path: '/my/path',
  query: 'parameter1=value1&parameter1=value2&parameter2=value',
  headers: {},
  cookies: [],
  body: null,
  bodyIsTooLarge: false,
  sourceIp: '192.0.2.1',
  rawHeaders: [],
  protocol: 'HTTP/1.1',
  requestId: 'id',
  receivedAtMs: 1_583_340_238_390,
};
const facts = httpApiFacts('id');
const route = { method: 'ANY', path: '$default', functionName: 'f', timeoutMs: 30_000 };
const jsonOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('events of an HTTP API (payload format 2.0)', () => {
  test("are member for member what AWS's documentation shows", () => {
    const request: OriginRequest = {
      ...base,
      method: 'POST',
      headers: httpApiSample.headers,
      cookies: httpApiSample.cookies,
      body: Buffer.from('Hello from Lambda'),
    };
    expect(jsonOf(httpApiEvent(facts, { route, parameters: null }, request))).toEqual(httpApiSample);
  });

  test('leave out what the request does not have', () => {
    const event = httpApiEvent(facts, { route, parameters: null }, { ...base, query: '' });
    for (const member of ['body', 'cookies', 'pathParameters', 'queryStringParameters']) {
      expect(event).not.toHaveProperty(member);
    }
  });

  test('hold a decoded path, as HTTP APIs do and REST APIs do not', () => {
    const event = httpApiEvent(facts, { route, parameters: null }, { ...base, path: '/caf%C3%A9' });
    expect(event).toMatchObject({ rawPath: '/café', requestContext: { http: { path: '/café' } } });
  });

  test.each([
    ['application/json', '{"a":1}', false],
    ['text/plain; charset=utf-8', 'hi', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['image/png', '\u0089PNG', true],
    ['', 'x', true],
  ])('a body of type "%s" is base64: %s → %s', (type, text, isBase64Encoded) => {
    const body = Buffer.from(text);
    const event = httpApiEvent(
      facts,
      { route, parameters: null },
      { ...base, body, headers: { 'content-type': type } },
    );
    expect(event).toMatchObject({ body: isBase64Encoded ? body.toString('base64') : text, isBase64Encoded });
  });

  test('a query or header named __proto__ is a member like any other', () => {
    const event = httpApiEvent(facts, { route, parameters: null }, { ...base, query: '__proto__=x&constructor=y' });
    const { queryStringParameters } = jsonOf(event) as { queryStringParameters: object };
    expect(Object.keys(queryStringParameters)).toEqual(['__proto__', 'constructor']);
  });
});

describe('events of a REST API (payload format 1.0)', () => {
  const arrival = {
    apiId: 'id',
    stage: 'live',
    stageVariables: {},
    resourcePath: '/my/{proxy}',
    path: '/my/path',
    parameters: { proxy: 'path' },
  };

  test("are member for member what AWS's documentation shows", () => {
    const request: OriginRequest = {
      ...base,
      requestId: 'request-id',
      rawHeaders: ['header1', 'value1', 'Header2', 'value1', 'header2', 'value2', 'X-Stripped', 'x'],
      headers: { header1: 'value1', header2: 'value1,value2' },
    };
    const event = restApiEvent(arrival, request, { principalId: 'user', number: '1' });
    expect(jsonOf(event)).toEqual(restApiSample);
  });

  test('hold null for what the request does not have', () => {
    expect(restApiEvent({ ...arrival, parameters: {} }, { ...base, query: '' }, null)).toMatchObject({
      pathParameters: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      stageVariables: null,
      body: null,
    });
  });
});
