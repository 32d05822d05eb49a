import type { Writable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { Failure } from '../core/errors.ts';
import type { AnswerHeaders } from './http.ts';
import { BASE_HEADERS, problemAnswer, requireEachOnce, requirePermission } from './http.ts';
import { asFailure } from './problem.ts';
import type { HttpRequest } from './request.ts';
import { toRequest } from './request.ts';

/** What API Gateway is told before the first byte (`awslambda.HttpResponseStream.from`). */
export type StreamHead = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
export type WithHead = (stream: Writable, head: StreamHead) => Writable;

/** The invocation as a stream sees it. */
export type StreamContext = Pick<Context, 'getRemainingTimeInMillis'>;

/** A success that is said while it happens. `run` ends the stream; where it rejects, the invocation fails and the reader is cut off. */
export type Opened = {
  readonly headers: Readonly<Record<string, string>>;
  readonly run: (stream: Writable, context: StreamContext) => Promise<void>;
};

/** Refuses by throwing a Failure, or says what is streamed. */
export type Open = (request: HttpRequest, event: APIGatewayProxyEvent, answerHeaders: AnswerHeaders) => Promise<Opened>;

/**
 * What `http` is for answers, for streams: permission checked, refusals and failures as problem documents as long as nothing
 * was sent, request id on every answer.
 */
export const streamedAnswer =
  (logger: Logger, open: Open, withHead: WithHead) =>
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

    let opened: Opened;
    try {
      requirePermission(request);
      requireEachOnce(request);
      opened = await open(request, event, answerHeaders);
    } catch (error) {
      if (!(error instanceof Failure)) failed(error);
      const refusal = problemAnswer(asFailure(error), request);
      withHead(stream, { statusCode: refusal.status, headers: headersWith(refusal.headers ?? {}) }).end(refusal.body);
      return;
    }
    try {
      await opened.run(withHead(stream, { statusCode: 200, headers: headersWith(opened.headers) }), context);
    } catch (error) {
      failed(error);
      throw error;
    }
  };
