import { connect } from 'node:net';

/** What came back on a socket; `status` is null where the connection was closed without an answer. */
export type RawAnswer = { readonly status: number | null; readonly headers: Headers; readonly body: string };

const ANSWER_WITHIN_MS = 5_000;

/** Sends these very bytes and reads until the other side closes. Rejects when nothing has closed it in 5 s. */
export function rawly(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(ANSWER_WITHIN_MS, () => {
      socket.destroy();
      reject(new Error(`No answer in ${ANSWER_WITHIN_MS} ms to ${JSON.stringify(String(bytes).slice(0, 300))}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset after the answer is how a server refuses the rest of a body.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(parsed(Buffer.concat(chunks).toString())));
  });
}

/** One request, closed after its answer. Header values and path go out as they are. */
export function request(
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[] = [],
  body: string | Buffer = '',
): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (body.length > 0) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  return { status: Number.isNaN(status) ? null : status, headers, body: text.slice(end + 4) };
}
