import type { HttpApiPlan } from '../cloud/http-api.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { ThrottledError } from '../lambda/invocation-error.ts';
import type { Origin } from './edge.ts';
import { httpApiEvent, httpApiFacts } from './http-api-event.ts';
import { integrationTimedOut, withinMs } from './integration-timeout.ts';
import type { OriginAnswer } from './origin-request.ts';
import { compileRoutes } from './route-table.ts';

/** Plays an HTTP API (payload format 2.0). Its own errors are API Gateway's, word for word. */
export function playHttpApi(
  plan: HttpApiPlan,
  host: Pick<LambdaHost, 'invoke'>,
  functionTimeoutMs: (functionName: string) => number,
): Origin {
  const routes = compileRoutes(plan.routes.map((route) => ({ ...route, limitMs: limitOf(route.functionName) })));
  const facts = httpApiFacts(plan.name);

  /** Null where the function's own limit comes first, so that the common case needs no timer. */
  function limitOf(functionName: string): number | null {
    const timeoutMs = plan.routes.find((route) => route.functionName === functionName)?.timeoutMs ?? 0;
    return functionTimeoutMs(functionName) < timeoutMs ? null : timeoutMs;
  }

  return async (request) => {
    if (request.bodyIsTooLarge) return failure(413, 'Request Entity Too Large');
    try {
      const match = routes.match(request.method, request.path);
      if (match === null) return failure(404, 'Not Found');
      const event = httpApiEvent(facts, match, request);
      const { functionName, limitMs } = match.route;
      const answering = host.invoke(functionName, event);
      const answer = await (limitMs === null ? answering : withinMs(answering, limitMs));
      return answer === integrationTimedOut ? failure(503, 'Service Unavailable') : answerOf(answer);
    } catch (error) {
      if (error instanceof ThrottledError) return failure(503, 'Service Unavailable');
      return error instanceof URIError ? failure(400, 'Bad Request') : failure(500, 'Internal Server Error');
    }
  };
}

const failure = (status: number, message: string): OriginAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/** What a function may answer: an object with `statusCode`, or any JSON value, which becomes a 200. */
function answerOf(answer: unknown): OriginAnswer {
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as Readonly<Record<string, unknown>>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599 || (body != null && typeof body !== 'string')) {
    return failure(500, 'Internal Server Error');
  }
  const sent: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) sent[name.toLowerCase()] = String(value);
  if (Array.isArray(cookies) && cookies.length > 0) sent['set-cookie'] = cookies.map(String);
  if (sent['content-type'] === undefined && typeof body === 'string' && body !== '') {
    sent['content-type'] = 'text/plain; charset=utf-8';
  }
  const text = typeof body === 'string' ? body : '';
  return { status, headers: sent, body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text };
}
