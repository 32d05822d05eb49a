import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { AnswerHeaders } from './http.ts';
import type { HttpRequest } from './request.ts';
import type { EventSink } from './server-sent-events.ts';
import { EVENT_STREAM_HEADERS, eventSink } from './server-sent-events.ts';
import type { StreamContext, WithHead } from './streamed-answer.ts';
import { streamedAnswer } from './streamed-answer.ts';

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

/** A streamed answer of events. What fails in the middle ends the stream like any other end, and the client resumes. */
export const eventStream = (logger: Logger, open: OpenStream, withHead: WithHead) =>
  streamedAnswer(
    logger,
    async (request, event, answerHeaders) => {
      const run = await open(request, event, answerHeaders);
      return {
        headers: EVENT_STREAM_HEADERS,
        async run(stream, context) {
          const sink = eventSink(stream);
          try {
            const { reconnectAfterMs } = await run(sink, context);
            await sink.end(reconnectAfterMs);
          } catch (error) {
            const { route, requestId } = request;
            logger.error('stream failed', { error: error as Error, route, requestId });
            await sink.end(RECONNECT_AFTER_FAILURE_MS);
          }
        },
      };
    },
    withHead,
  );
