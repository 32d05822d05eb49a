import { Agent, request } from 'node:http';
import { AwsError } from './aws-json.ts';

export type UpstreamAnswer = { readonly status: number; readonly body: Buffer };

/** The server behind the proxy. It never sees a caller's signature: access was decided before. */
export type Upstream = {
  /** Passes a request on as it is; `target` is the value of `x-amz-target`. */
  post(target: string, body: Buffer | string): Promise<UpstreamAnswer>;
  /** The engine's own calls. Throws AwsError with the type's short name (`ResourceNotFoundException`). */
  call<Output>(api: 'DynamoDB' | 'DynamoDBStreams', operation: string, input: object): Promise<Output>;
  close(): void;
};

/** dynoxide refuses unsigned calls but checks no signature. */
const SIGNATURE_HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=laptop/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

export function connectUpstream(url: string): Upstream {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  function post(target: string, body: Buffer | string): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const headers = { ...SIGNATURE_HEADERS, 'x-amz-target': target, 'content-length': Buffer.byteLength(body) };
      const outgoing = request({ agent, hostname, port, method: 'POST', path: '/', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks) }));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async function call<Output>(api: string, operation: string, input: object): Promise<Output> {
    const { status, body } = await post(`${api}_20120810.${operation}`, JSON.stringify(input));
    const answer = JSON.parse(body.toString('utf8')) as Output & { __type?: string; message?: string };
    if (status === 200) return answer;
    const type = answer.__type ?? 'InternalServerError';
    throw new AwsError(type.slice(type.indexOf('#') + 1), `${operation}: ${answer.message ?? type}`, status);
  }

  return { post, call, close: () => agent.destroy() };
}
