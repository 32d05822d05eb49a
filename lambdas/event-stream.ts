import type { Writable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { Failure } from '../core/errors.ts';
import type { AnswerHeaders } from './http.ts';
import { BASE_HEADERS, problemAnswer, requirePermission } from './http.ts';
import { asFailure } from './problem.ts';
import type { HttpRequest } from './request.ts';
import { toRequest } from './request.ts';
import type { EventSink } from './server-sent-events.ts';
import { EVENT_STREAM_HEADERS, eventSink } from './server-sent-events.ts';

/** What API Gateway is told before the first byte (`awslambda.HttpResponseStream.from`). */
export type StreamHead = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
export type WithHead = (stream: Writable, head: StreamHead) => Writable;

/** The invocation as a stream sees it. */
export type StreamContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** Sends events until it returns; then the stream ends, and the client opens another after so many milliseconds. */
export type RunStream = (sink: EventSink, context: StreamContext) => Promise<{ readonly reconnectAfterMs: number }>;

/** Refuses by throwing a Failure, or says what is streamed. */
export type OpenStream = (
  request: HttpRequest,
  event: APIGatewayProxyEvent,
  answerHeaders: AnswerHeaders,
) => Promise<RunStream>;

/** After a failure of ours clients wait longer than after an end that was meant. */
const RECONNECT_AFTER_FAILURE_MS = 3_000;

/**
 * What `http` is for answers, for streams of events: permission checked, refusals and failures as problem documents as long as
 * nothing was sent, request id on every answer. What fails later ends the stream, and the client resumes.
 */
export const eventStream =
  (logger: Logger, open: OpenStream, withHead: WithHead) =>
  async (event: APIGatewayProxyEvent, stream: Writable, context: StreamContext): Promise<void> => {
    const request = toRequest(event);
    const answerHeaders: AnswerHeaders = new Map();
    const headersWith = (more: Readonly<Record<string, string>>) => ({
      ...BASE_HEADERS,
      ...Object.fromEntries(answerHeaders),
      'x-request-id': request.requestId,
      ...more,
    });
    const failed = (error: unknown): void =>
      logger.error('stream failed', { error: error as Error, route: request.route, requestId: request.requestId });

    let run: RunStream;
    try {
      requirePermission(request);
      run = await open(request, event, answerHeaders);
    } catch (error) {
      if (!(error instanceof Failure)) failed(error);
      const refusal = problemAnswer(asFailure(error), request);
      withHead(stream, { statusCode: refusal.status, headers: headersWith(refusal.headers ?? {}) }).end(refusal.body);
      return;
    }
    const sink = eventSink(withHead(stream, { statusCode: 200, headers: headersWith(EVENT_STREAM_HEADERS) }));
    try {
      const { reconnectAfterMs } = await run(sink, context);
      await sink.end(reconnectAfterMs);
    } catch (error) {
      failed(error);
      await sink.end(RECONNECT_AFTER_FAILURE_MS);
    }
  };
