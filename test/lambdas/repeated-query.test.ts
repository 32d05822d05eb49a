import { Writable } from 'node:stream';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { http, jsonAnswer } from '../../lambdas/http.ts';
import { streamedAnswer } from '../../lambdas/streamed-answer.ts';
import { appEvent } from '../fixtures/events.ts';
import { CONTEXT, quietLogger } from '../fixtures/quiet-logger.ts';

const { logger } = quietLogger();

/** As API Gateway tells it: the last value of each name, and beside them all of them. */
const asked = (route: string, query: Readonly<Record<string, string[]>>): APIGatewayProxyEvent => ({
  ...appEvent('GET', route, {
    query: Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1) ?? ''])),
  }),
  multiValueQueryStringParameters: query,
});

async function whole(query: Readonly<Record<string, string[]>>): Promise<{ status: number; body: string }> {
  const handler = http(logger, ({ query: seen }) => Promise.resolve(jsonAnswer(200, seen)));
  const { statusCode, body } = (await handler(asked('/v1/analytics/summary', query), CONTEXT)) as APIGatewayProxyResult;
  return { status: statusCode, body };
}

async function streamed(query: Readonly<Record<string, string[]>>): Promise<{ status: number; body: string }> {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  let status = 0;
  const open = () => Promise.resolve({ headers: {}, run: async (to: Writable) => void to.end('{}') });
  const handle = streamedAnswer(logger, open, (same, { statusCode }) => {
    status = statusCode;
    return same;
  });
  await handle(asked('/v1/clicks/export', query), stream, { getRemainingTimeInMillis: () => 1_000 });
  return { status, body: Buffer.concat(chunks).toString() };
}

describe.each([
  ['an answer', whole],
  ['a stream', streamed],
])('A member of the query of %s', (_, ask) => {
  it('is refused where it says two things, for only one of its values could be answered', async () => {
    const { status, body } = await ask({ country: ['DE', 'AT'], bots: ['include'] });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: 'country', code: 'repeated', message: 'Must be given once.' }],
    });
  });

  it.each([[['DE']], [['DE', 'DE']]])('is taken where it says one thing: %j', async (country) => {
    expect((await ask({ country, bots: ['include'] })).status).toBe(200);
  });

  it('decides little of how much is answered', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_each, index) => [`${index}${'x'.repeat(500)}`, ['a', 'b']]),
    );
    expect((await ask(many)).body.length).toBeLessThan(4_000);
  });
});
