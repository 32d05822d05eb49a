import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const sayStarting: Listener = (_request, response) => {
  response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Signpost is starting.\n');
};

/** A listening port. Until `serve` is called it answers 503, so a busy port is found before any work is done. */
export type Door = {
  readonly port: number;
  /** `localhost:4001`: the domain name that every visitor is taken to have asked for. */
  readonly domain: string;
  serve(listener: Listener): void;
  close(): Promise<void>;
};

/** The port is taken. The message says which and how to choose another. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';

  constructor(port: number, variable: string) {
    super(`Port ${port} is in use; stop what listens there or choose another port with ${variable}=${port + 10}.`);
  }
}

/** CloudFront's limits are 8,192 bytes of URL and 20,480 of headers and query; Node counts both together. */
const HEADERS_LIMIT_BYTES = 32 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 60_000;

/** Opens a door on 127.0.0.1; port 0 takes any free one. `variable` is what sets the port, for the error. */
export async function openDoor(port: number, variable: string): Promise<Door> {
  let listener: Listener = sayStarting;
  const server = createServer(
    {
      maxHeaderSize: HEADERS_LIMIT_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    (request, response) => listener(request, response),
  );
  server.on('clientError', refuseBrokenRequest);
  // Nothing here speaks WebSocket or tunnels; without this, the socket of a CONNECT would be left open.
  server.on('connect', (_request, socket) => socket.destroy());
  await listen(server, port, variable);
  const { port: boundPort } = server.address() as AddressInfo;
  return {
    port: boundPort,
    domain: `localhost:${boundPort}`,
    serve(next) {
      listener = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, variable: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? new PortBusyError(port, variable) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Bytes that are not HTTP, headers over the limit, or a request that never ends. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  return undefined;
}
