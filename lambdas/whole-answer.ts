import type { Writable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { AnswerHeaders } from './http.ts';
import { answerOrProblem, BASE_HEADERS } from './http.ts';
import type { HttpAnswer, HttpRequest } from './request.ts';
import { toRequest } from './request.ts';
import type { WithHead } from './streamed-answer.ts';

/** An answer whose body may be the bytes of a file. */
export type FileAnswer = Omit<HttpAnswer, 'body' | 'cookies'> & { readonly body?: string | Uint8Array };
export type HandleWithFiles = (request: HttpRequest, answerHeaders: AnswerHeaders) => Promise<FileAnswer>;

/**
 * What `http` is for answers of text, for those that may be files: an ordinary handler, whose answer goes out through the stream as a
 * whole. API Gateway would take bytes in base64 only, and only of media types that the whole API is told of.
 */
export const wholeAnswer =
  (logger: Logger, handle: HandleWithFiles, withHead: WithHead) =>
  async (event: APIGatewayProxyEvent, stream: Writable): Promise<void> => {
    const request = toRequest(event);
    const answerHeaders: AnswerHeaders = new Map();
    const { status, headers, body } = await answerOrProblem<FileAnswer>(logger, request, answerHeaders, handle);
    const head = {
      ...BASE_HEADERS,
      ...Object.fromEntries(answerHeaders),
      ...headers,
      'x-request-id': request.requestId,
    };
    withHead(stream, { statusCode: status, headers: head }).end(body);
  };
