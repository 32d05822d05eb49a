import { s3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import {
  ALGORITHM,
  hmac,
  isSignature,
  type Scope,
  type Signing,
  scopeOf,
  signingKeyOf,
  stringToSign,
  timeOf,
} from './s3-sigv4.ts';

/** Secret access key of an access key id; undefined for one that nobody has. */
export type SecretFor = (accessKeyId: string) => string | undefined;

/** Who signed a request, and what a body signed in chunks goes on with. */
export type Signed = {
  readonly accessKeyId: string;
  readonly payloadHash: string;
  readonly seed: {
    readonly signature: string;
    readonly signingKey: Buffer;
    readonly scope: Scope;
    readonly amzDate: string;
  };
};

const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_S = 7 * 86_400;

/** Checks a request's signature, in the header or in the query. Throws what S3 answers when it is missing or wrong. */
export function verifySigned(request: S3Request, secretFor: SecretFor, nowMs: number): Signed {
  const isPresigned = request.parameter('X-Amz-Algorithm') !== undefined;
  const claim = isPresigned ? claimInQuery(request, nowMs) : claimInHeader(request, nowMs);
  const { signing, signature } = claim;
  refuseUnsignedHeaders(request, signing.signedHeaders);
  const signingKey = signingKeyOf(secretOf(signing.scope, secretFor), signing.scope);
  const text = stringToSign(request, signing);
  if (!isSignature(signature, hmac(signingKey, text))) throw signatureDoesNotMatch(signing.scope, text, signature);
  const { scope, amzDate, payloadHash } = signing;
  return { accessKeyId: scope.accessKeyId, payloadHash, seed: { signature, signingKey, scope, amzDate } };
}

export function secretOf({ accessKeyId }: Scope, secretFor: SecretFor): string {
  const secret = secretFor(accessKeyId);
  if (secret === undefined) throw s3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: accessKeyId });
  return secret;
}

export const signatureDoesNotMatch = ({ accessKeyId }: Scope, text: string, signature: string) =>
  s3Error('SignatureDoesNotMatch', undefined, {
    AWSAccessKeyId: accessKeyId,
    StringToSign: text,
    SignatureProvided: signature,
  });

type Claim = { readonly signing: Signing; readonly signature: string };

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

function claimInHeader(request: S3Request, nowMs: number): Claim {
  const authorization = request.header('authorization');
  if (authorization === undefined) throw s3Error('AccessDenied');
  const [, credential = '', signedHeaders = '', signature = ''] = AUTHORIZATION.exec(authorization) ?? [];
  const scope = scopeOf(credential);
  if (scope === null) throw s3Error('AuthorizationHeaderMalformed');
  const amzDate = request.header('x-amz-date') ?? '';
  const signedAtMs = timeOf(amzDate);
  if (Number.isNaN(signedAtMs)) {
    throw s3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS) {
    throw s3Error('RequestTimeTooSkewed', undefined, { RequestTime: amzDate, MaxAllowedSkewMilliseconds: MAX_SKEW_MS });
  }
  const payloadHash = request.message.headers['x-amz-content-sha256'];
  if (typeof payloadHash !== 'string') {
    throw s3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return { signing: { scope, amzDate, signedHeaders: signedHeaders.split(';'), payloadHash }, signature };
}

function claimInQuery(request: S3Request, nowMs: number): Claim {
  const malformed = (message: string) => s3Error('AuthorizationQueryParametersError', message);
  const member = (name: string): string => {
    const value = request.parameter(`X-Amz-${name}`);
    if (value !== undefined && value !== '') return value;
    throw malformed(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  };
  if (member('Algorithm') !== ALGORITHM) throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const scope = scopeOf(member('Credential'));
  if (scope === null) {
    throw malformed(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  const amzDate = member('Date');
  const signedAtMs = timeOf(amzDate);
  if (Number.isNaN(signedAtMs))
    throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  refuseExpired(signedAtMs, member('Expires'), nowMs);
  const signedHeaders = member('SignedHeaders').split(';');
  const hash = request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  return { signing: { scope, amzDate, signedHeaders, payloadHash: hash }, signature: member('Signature') };
}

function refuseExpired(signedAtMs: number, expires: string, nowMs: number): void {
  const malformed = (message: string) => s3Error('AuthorizationQueryParametersError', message);
  if (!/^\d+$/.test(expires)) throw malformed('X-Amz-Expires should be a number');
  const expiresS = Number(expires);
  if (expiresS > MAX_EXPIRES_S) {
    throw malformed(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_S} seconds`,
    );
  }
  if (signedAtMs - nowMs > MAX_SKEW_MS) throw s3Error('AccessDenied', 'Request is not valid yet');
  const endsAtMs = signedAtMs + expiresS * 1_000;
  if (nowMs < endsAtMs) return;
  throw s3Error('AccessDenied', 'Request has expired', {
    'X-Amz-Expires': expiresS,
    Expires: new Date(endsAtMs).toISOString(),
    ServerTime: new Date(nowMs).toISOString(),
  });
}

/** What changes the meaning of a request must be under its signature. */
function refuseUnsignedHeaders({ message }: S3Request, signedHeaders: readonly string[]): void {
  const meaningful = Object.keys(message.headers).filter((name) => name.startsWith('x-amz-') || name === 'host');
  const unsigned = meaningful.filter((name) => !signedHeaders.includes(name) && name !== 'x-amz-content-sha256');
  if (unsigned.length === 0) return;
  const sentence = 'There were headers present in the request which were not signed';
  throw s3Error('AccessDenied', sentence, { HeadersNotSigned: unsigned.join(', ') });
}
