import type { Credentials } from '../../adapters/sigv4.ts';
import { signedHeaders } from '../../adapters/sigv4.ts';

/** Where Lambda is, and who asks. */
export type Caller = {
  /** `https://lambda.eu-central-1.amazonaws.com`, or the laptop's. */
  readonly url: string;
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
};

/** Lambda's Invoke, waiting for the answer. Throws an Error whose message says what the function failed with, or why it was not asked. */
export const functionInvoker =
  ({ url, region, credentials }: Caller) =>
  async (functionArn: string, event: unknown): Promise<unknown> => {
    const path = `/2015-03-31/functions/${functionNameIn(functionArn)}/invocations`;
    const body = JSON.stringify(event);
    const request = { host: new URL(url).host, path, service: 'lambda', region, contentType: 'application/json', body };
    const headers = signedHeaders(request, await credentials(), Date.now());
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body }).catch((error: unknown) => {
      throw new Error(`Lambda was not reached: ${String((error as Error).cause ?? error)}`);
    });
    const answer: unknown = await response.json();
    if (response.ok && !response.headers.has('x-amz-function-error')) return answer;
    const { errorMessage, message, Message } = (answer ?? {}) as Readonly<Record<string, string | undefined>>;
    throw new Error(errorMessage ?? message ?? Message ?? `Lambda answered ${response.status}`);
  };

/** `arn:aws:lambda:us-east-1:000000000000:function:name:$LATEST` → `name`. */
const functionNameIn = (arn: string): string => arn.split(':')[6] ?? '';
