import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { S3Answer } from './s3-call.ts';
import { S3Error, s3Error } from './s3-error.ts';
import { xmlError } from './s3-xml.ts';

export type S3Server = { readonly url: string; close(): Promise<void> };

/**
 * Serves S3's protocol on 127.0.0.1. What `answer` throws becomes an XML error, bodies are streamed; an error on the way
 * of a body cuts the connection, so that nobody takes half an object for a whole one.
 */
export async function startS3Server(options: {
  readonly port: number;
  readonly answer: (message: IncomingMessage, requestId: string) => Promise<S3Answer | 'hang' | 'cut'>;
}): Promise<S3Server> {
  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (message, response) => {
    void serve(message, response).catch(() => message.socket.destroy());
  });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const answer = await options
      .answer(message, requestId)
      .catch((error: unknown) => errorAnswer(error, message, requestId));
    if (answer === 'hang') return;
    if (answer === 'cut') message.socket.destroy();
    else await send(response, answer, { 'x-amz-request-id': requestId, server: 'AmazonS3' });
    skipRest(message);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What was refused before its end would stand before the next request of its connection. */
const skipRest = (message: IncomingMessage): void => void message.removeAllListeners('readable').resume();

export function errorAnswer(error: unknown, { url = '/' }: IncomingMessage, requestId: string): S3Answer {
  const { code, status, message, details } =
    error instanceof S3Error ? error : s3Error('InternalError', undefined, { Cause: String(error) });
  const body = xmlError({
    Code: code,
    Message: message,
    ...details,
    Resource: url.replace(/\?.*$/s, ''),
    RequestId: requestId,
  });
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

async function send(
  response: ServerResponse,
  answer: S3Answer,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { status, body } = answer;
  const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {};
  response.writeHead(status, { ...headers, ...length, ...answer.headers });
  if (body === undefined || typeof body === 'string') response.end(body);
  else await pipeline(body, response);
}
