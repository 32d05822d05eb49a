import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as CloudFront sends it to an API. */
export type OriginRequest = {
  readonly method: string;
  /** Still percent-encoded, with the origin's path in front. */
  readonly path: string;
  /** What stands behind `?`, as it came. */
  readonly query: string;
  /** Lower-case names, several values joined with a comma; no cookies. */
  readonly headers: Readonly<Record<string, string>>;
  /** `name=value` each, as they came. */
  readonly cookies: readonly string[];
  readonly body: Buffer | null;
  /** Over the limit, so it was not read and `body` is null: the API refuses the request in its own words. */
  readonly bodyIsTooLarge: boolean;
  readonly sourceIp: string;
  /** Name, value, name, value as the viewer wrote them: REST APIs keep the case. */
  readonly rawHeaders: readonly string[];
  readonly protocol: string;
  readonly requestId: string;
  readonly receivedAtMs: number;
};

/** An answer on its way to the viewer. Header names are lower-case; several values are a list. */
export type OriginAnswer = {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  /** A stream is passed on as it comes; destroying it tells the function that the viewer is gone. */
  readonly body: string | Buffer | Readable;
};

/** Bodies over API Gateway's limit are not read to their end. */
export const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** Reads a body, no further than the limit; rejects when the viewer goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= BODY_LIMIT_BYTES) return void chunks.push(chunk);
      request.removeAllListeners('data');
      request.pause();
      resolve('too large');
      return undefined;
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The viewer went away.')));
  });
}
