/** The JSON protocols of AWS (1.0 and 1.1) as far as Kinesis and DynamoDB share them. */

/** An error as AWS answers it: `__type` and `message` in the body. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly status: number;
  readonly type: string;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export const accessDenied = (message: string): AwsError =>
  new AwsError('com.amazon.coral.service#AccessDeniedException', message);

/** `AWS4-HMAC-SHA256 Credential=AKID/20260101/…` → `AKID`; empty where the header has none. */
export function accessKeyIdOf(authorization: string | undefined): string {
  if (authorization === undefined) return '';
  const start = authorization.indexOf('Credential=') + 'Credential='.length;
  const end = authorization.indexOf('/', start);
  return start < 'Credential='.length || end < 0 ? '' : authorization.slice(start, end);
}

/** The body as an object. Throws SerializationException on anything else. */
export function parseJsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    parsed = null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new AwsError('com.amazon.coral.service#SerializationException', 'The request body is not a JSON object.');
  }
  return parsed as Record<string, unknown>;
}
