import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { AwsError, accessKeyIdOf } from './aws-json.ts';

export type AwsJsonCall = {
  readonly accessKeyId: string;
  /** The name behind the dot of `x-amz-target`: `PutRecords`. */
  readonly operation: string;
  /** The whole header: it also names the API version, which a proxy passes on. */
  readonly target: string;
  readonly body: Buffer;
};

export type AwsJsonAnswer =
  | { readonly status: number; readonly body: string | Buffer }
  /** Never answer. */
  | 'hang'
  /** Cut the connection instead of answering. */
  | 'cut';

export type AwsJsonServer = { readonly url: string; close(): Promise<void> };

/** Kinesis takes 5 MB of records, a third more in base64, plus keys; DynamoDB 16 MB in one BatchWriteItem. */
const BODY_LIMIT_BYTES = 24 * 1024 * 1024;
const FIRST_BYTES_OF_HTTP2 = 'PRI';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/**
 * Serves one AWS JSON API on 127.0.0.1, HTTP/1.1 and cleartext HTTP/2 on the same port: the SDK's Kinesis client
 * speaks HTTP/2 by default, DynamoDB's and Signpost's own requests HTTP/1.1. An AwsError thrown by `answer` becomes
 * AWS's error body, anything else a 500 InternalFailure.
 */
export async function startAwsJsonServer(options: {
  port?: number;
  version: '1.0' | '1.1';
  answer: (call: AwsJsonCall) => Promise<AwsJsonAnswer> | AwsJsonAnswer;
}): Promise<AwsJsonServer> {
  const contentType = `application/x-amz-json-${options.version}`;
  const listener = (request: Request, response: Response): void => {
    receiveBody(request, async (body) => {
      const answer = await answerOrError(options.answer, request, body);
      if (answer === 'hang') return;
      if (answer === 'cut') request.socket.destroy();
      else send(response, contentType, answer);
    });
  };
  const http1 = createHttp1Server({ keepAliveTimeout: 60_000 }, listener);
  const http2 = createHttp2Server(listener);

  const sockets = new Set<Socket>();
  const door = createTcpServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (firstBytes) => {
      socket.pause();
      const speaksHttp2 = firstBytes.toString('latin1', 0, FIRST_BYTES_OF_HTTP2.length) === FIRST_BYTES_OF_HTTP2;
      (speaksHttp2 ? http2 : http1).emit('connection', socket);
      socket.unshift(firstBytes);
      socket.resume();
    });
  });
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject);
    door.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        door.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function receiveBody(request: Request, received: (body: Buffer) => Promise<void>): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) request.socket.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    // `received` turns every failure into an answer, so this promise cannot reject.
    void received(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
  request.on('error', () => request.socket?.destroy());
}

async function answerOrError(
  answer: (call: AwsJsonCall) => Promise<AwsJsonAnswer> | AwsJsonAnswer,
  request: Request,
  body: Buffer,
): Promise<AwsJsonAnswer> {
  const target = request.headers['x-amz-target'];
  try {
    if (typeof target !== 'string') {
      throw new AwsError('com.amazon.coral.service#UnknownOperationException', 'The x-amz-target header is missing.');
    }
    const operation = target.slice(target.indexOf('.') + 1);
    return await answer({ accessKeyId: accessKeyIdOf(request.headers.authorization), operation, target, body });
  } catch (error) {
    const { type, status, message } =
      error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
    return { status, body: JSON.stringify({ __type: type, message }) };
  }
}

let requestCount = 0;

function send(response: Response, contentType: string, answer: { status: number; body: string | Buffer }): void {
  requestCount += 1;
  const headers = {
    'content-type': contentType,
    'content-length': Buffer.byteLength(answer.body),
    'x-amzn-requestid': `laptop-${requestCount}`,
  };
  // The two classes share this signature, but TypeScript does not call a method of a union with overloads.
  (response as ServerResponse).writeHead(answer.status, headers).end(answer.body);
}
