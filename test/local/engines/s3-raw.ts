import { createHash, createHmac } from 'node:crypto';
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { CREDENTIALS } from './everyone.ts';
import type { S3Bench } from './s3-bench.ts';

/** A request as it goes out: path with its escapes, query decoded. */
export type Raw = {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

export type RawAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of an XML error; empty where there is none. */
  readonly code: string;
};

/** What the reference signer wants of a hash. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : new Uint8Array(secret as ArrayBuffer));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}

export type SigningAs = {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly service?: string;
};

/** The SDK's own signer, so that nothing is checked against itself. */
export const signerFor = ({ region = 'us-east-1', service = 's3', ...credentials }: SigningAs = {}): SignatureV4 =>
  new SignatureV4({
    region,
    service,
    credentials: { ...CREDENTIALS, ...credentials },
    sha256: Sha256,
    applyChecksum: false,
    uriEscapePath: false,
  });

const messageOf = ({ engine }: S3Bench, raw: Raw) => {
  const { hostname, port, host } = new URL(engine.url);
  return {
    method: raw.method ?? 'GET',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: raw.path,
    query: { ...raw.query },
    headers: { host, ...raw.headers },
  };
};

/** Signs a request in its headers, over `payloadHash`. */
export async function signed(
  bench: S3Bench,
  raw: Raw,
  as: SigningAs = {},
  payloadHash = 'UNSIGNED-PAYLOAD',
): Promise<Raw> {
  const headers = { ...raw.headers, 'x-amz-content-sha256': payloadHash };
  const message = await signerFor(as).sign(messageOf(bench, { ...raw, headers }), {
    signingDate: new Date(bench.clock.nowMs),
  });
  return { ...raw, headers: message.headers };
}

/** Signs a request in its query. */
export async function presigned(bench: S3Bench, raw: Raw, expiresIn: number, as: SigningAs = {}): Promise<Raw> {
  const headers = { ...raw.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const message = await signerFor(as).presign(messageOf(bench, { ...raw, headers }), {
    expiresIn,
    signingDate: new Date(bench.clock.nowMs),
  });
  const query = Object.entries(message.query ?? {}).map(([name, value]) => [name, String(value)] as const);
  return { ...raw, query: Object.fromEntries(query), headers: message.headers };
}

/** Sends a request as it is, on a connection of its own or on one of the agent's. */
export function send(
  bench: S3Bench,
  { method = 'GET', path, query = {}, headers = {}, body = '' }: Raw,
  agent: Agent | false = false,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(bench.engine.url);
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  const target = search === '' ? path : `${path}?${search}`;
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ hostname, port, method, path: target, headers, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? '';
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text, code });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** Signs and sends. */
export const call = async (bench: S3Bench, raw: Raw, as?: SigningAs): Promise<RawAnswer> =>
  send(bench, await signed(bench, raw, as));
