import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError, accessKeyIdOf } from './aws-json.ts';

export type AwsRestCall = {
  readonly accessKeyId: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly body: Buffer;
};

export type AwsRestAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  /** Never answer. */
  | 'hang'
  /** Cut the connection instead of answering. */
  | 'cut';

export type AwsRestServer = { readonly url: string; close(): Promise<void> };

/** SES takes 40 MB messages; Signpost's are text. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * Serves one of AWS' REST JSON APIs on 127.0.0.1. An AwsError thrown by `answer` becomes AWS's error answer, its type in
 * a header, anything else a 500.
 */
export async function startAwsRestServer(options: {
  readonly port?: number;
  readonly answer: (call: AwsRestCall) => Promise<AwsRestAnswer>;
}): Promise<AwsRestServer> {
  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    void answerOrError(options.answer, request).then((answer) => {
      if (answer === 'hang') return;
      if (answer === 'cut') request.socket.destroy();
      else send(response, answer);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
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

async function answerOrError(
  answer: (call: AwsRestCall) => Promise<AwsRestAnswer>,
  request: IncomingMessage,
): Promise<AwsRestAnswer> {
  try {
    const body = await bodyOf(request);
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const accessKeyId = accessKeyIdOf(request.headers.authorization);
    return await answer({ accessKeyId, method: request.method ?? '', path: pathname, body });
  } catch (error) {
    const { type, status, message } =
      error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
    const name = type.slice(type.indexOf('#') + 1);
    return {
      status: name === 'AccessDeniedException' ? 403 : status,
      headers: { 'x-amzn-errortype': name },
      body: JSON.stringify({ message }),
    };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_LIMIT_BYTES) throw new AwsError('RequestEntityTooLarge', 'The request is too long.', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: Exclude<AwsRestAnswer, string>): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': randomUUID(),
      ...headers,
    })
    .end(body);
}
