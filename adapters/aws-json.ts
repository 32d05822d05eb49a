import http from 'node:http';
import https from 'node:https';
import type { Credentials } from './sigv4.ts';
import { signedHeaders } from './sigv4.ts';

/** An error answer of AWS: `type` is the exception's bare name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const type = textOf(body['__type'], 'Unknown').replace(/^.*#/, '');
    super(`${type}: ${textOf(body['message'] ?? body['Message'], `HTTP ${status}`)}`);
    this.type = type;
    this.status = status;
    this.body = body;
  }

  /** Nothing was done and the same request may succeed in a moment. */
  get isThrottle(): boolean {
    return /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(this.type);
  }
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** How an answer that is no error is read; throws SyntaxError for what is no JSON. */
export type ParseAnswer = (text: string) => unknown;

/** One operation of a JSON-protocol service. Throws AwsError, or the socket's error, or a timeout. */
export type AwsJsonClient = (
  operation: string,
  input: unknown,
  timeoutMs: number,
  /** `JSON.parse` unless said otherwise. */
  parse?: ParseAnswer,
) => Promise<Readonly<Record<string, unknown>>>;

const SERVICES = {
  dynamodb: {
    prefix: 'DynamoDB_20120810',
    contentType: 'application/x-amz-json-1.0',
    endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB',
  },
  kinesis: {
    prefix: 'Kinesis_20131202',
    contentType: 'application/x-amz-json-1.1',
    endpointVariable: 'AWS_ENDPOINT_URL_KINESIS',
  },
} as const;

/** Like the SDK's clients it takes region, credentials and endpoint from the environment, and nothing else. */
export function awsJsonClient(service: keyof typeof SERVICES, env: NodeJS.ProcessEnv = process.env): AwsJsonClient {
  const { prefix, contentType, endpointVariable } = SERVICES[service];
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const endpoint = new URL(env[endpointVariable] ?? `https://${service}.${region}.amazonaws.com`);
  const transport = endpoint.protocol === 'http:' ? http : https;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 64 });
  const port = endpoint.port === '' ? undefined : Number(endpoint.port);

  const exchange: AwsJsonClient = (operation, input, timeoutMs, parse = JSON.parse) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(input);
      const target = `${prefix}.${operation}`;
      const signable = { host: endpoint.host, service, region, target, contentType, body };
      const headers = {
        ...signedHeaders(signable, credentialsFrom(env), Date.now()),
        'content-length': Buffer.byteLength(body),
      };
      const request = transport.request(
        { host: endpoint.hostname, port, method: 'POST', path: '/', agent, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('aborted', () => fail(new Error(`${target} was cut off`)));
          response.on('end', () => {
            clearTimeout(timer);
            const status = response.statusCode ?? 0;
            settle(status, Buffer.concat(chunks).toString(), status === 200 ? parse : JSON.parse, resolve, reject);
          });
        },
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(request.reusedSocket && isReset(error) ? new StaleSocket(error) : error);
      };
      // One timer over connect, send and answer: a socket's own idle timeout would start again with each byte.
      const timer = setTimeout(
        () => request.destroy(new Error(`${target} did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      request.on('error', fail);
      request.end(body);
    });

  return async (...call) => {
    try {
      return await exchange(...call);
    } catch (error) {
      if (error instanceof StaleSocket) return exchange(...call);
      throw error;
    }
  };
}

/**
 * The service closed a kept connection while this environment slept, which says nothing about the service. Sent again
 * at once: every operation that goes this way may be sent twice (reads, and writes that know themselves).
 */
class StaleSocket extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

const isReset = (error: NodeJS.ErrnoException): boolean => error.code === 'ECONNRESET' || error.code === 'EPIPE';

function settle(
  status: number,
  text: string,
  parse: ParseAnswer,
  resolve: (body: Readonly<Record<string, unknown>>) => void,
  reject: (error: Error) => void,
): void {
  try {
    const parsed = text === '' ? {} : parse(text);
    const body = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
    if (status === 200) resolve(body);
    else reject(new AwsError(status, body));
  } catch {
    // Not the service speaks here but something in front of it, or half of it: nothing is known, so it may be asked again.
    reject(new Error(`The service did not answer in JSON (HTTP ${status})`));
  }
}

/** Read per call: Lambda keeps them for the life of an environment, but costs nothing to ask. */
function credentialsFrom(env: NodeJS.ProcessEnv): Credentials {
  return {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    sessionToken: env['AWS_SESSION_TOKEN'],
  };
}
