import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { presignedQuery, signedHeaders } from '../../adapters/sigv4.ts';
import { cacheToken } from '../../adapters/valkey.ts';

/** What the reference signer wants of a hash: `@smithy/types`' Checksum over node:crypto. */
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

const printable = fc.string({ minLength: 1, maxLength: 40 });
const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
  secretAccessKey: printable,
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,200}$/), { nil: undefined }),
});
const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
const regions = fc.constantFrom('us-east-1', 'eu-central-1', 'ap-southeast-2');

const referenceSigner = (
  region: string,
  service: string,
  given: { accessKeyId: string; secretAccessKey: string; sessionToken: string | undefined },
) =>
  new SignatureV4({
    region,
    service,
    credentials: {
      accessKeyId: given.accessKeyId,
      secretAccessKey: given.secretAccessKey,
      ...(given.sessionToken === undefined ? {} : { sessionToken: given.sessionToken }),
    },
    sha256: Sha256,
    applyChecksum: false,
  });

describe('A signed request', () => {
  it('is what the SDK’s own signer makes of it, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        credentials,
        times,
        regions,
        fc.constantFrom('dynamodb', 'kinesis'),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.constantFrom('dynamodb.us-east-1.amazonaws.com', '127.0.0.1:4566', 'localhost:8000'),
        fc.stringMatching(/^[A-Za-z0-9_]{1,20}\.[A-Za-z]{1,20}$/),
        async (given, time, region, service, body, host, target) => {
          const contentType = 'application/x-amz-json-1.0';
          const ours = signedHeaders({ host, service, region, target, contentType, body }, given, time.getTime());
          const reference = await referenceSigner(region, service, given).sign(
            {
              method: 'POST',
              protocol: 'https:',
              hostname: host,
              path: '/',
              headers: { host, 'content-type': contentType, 'x-amz-target': target },
              body,
            },
            { signingDate: time },
          );
          expect(ours).toEqual(reference.headers);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is signed anew when region, service, day or secret change between two calls', () => {
    const given = { accessKeyId: 'A', secretAccessKey: 'one' };
    const request = { host: 'h', service: 'dynamodb', region: 'us-east-1', target: 't.T', contentType: 'c', body: '' };
    const nowMs = Date.UTC(2026, 10, 21, 23, 59, 59);
    const signatures = [
      signedHeaders(request, given, nowMs),
      signedHeaders({ ...request, region: 'eu-west-1' }, given, nowMs),
      signedHeaders({ ...request, service: 'kinesis' }, given, nowMs),
      signedHeaders(request, { ...given, secretAccessKey: 'two' }, nowMs),
      signedHeaders(request, given, nowMs + 1_000),
      signedHeaders(request, given, nowMs),
    ].map(({ authorization }) => authorization?.split('Signature=')[1]);
    expect(new Set(signatures).size).toBe(5);
    expect(signatures[5]).toBe(signatures[0]);
  });
});

describe('A cache token', () => {
  it('is the presigned connect request of the SDK’s own signer, whatever the names and credentials', async () => {
    await fc.assert(
      fc.asyncProperty(
        credentials,
        times,
        regions,
        fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/),
        printable,
        async (given, time, region, cacheName, userId) => {
          const reference = await referenceSigner(region, 'elasticache', given).presign(
            {
              method: 'GET',
              protocol: 'http:',
              hostname: cacheName,
              path: '/',
              headers: { host: cacheName },
              query: { Action: 'connect', ResourceType: 'ServerlessCache', User: userId },
            },
            { signingDate: time, expiresIn: 900 },
          );
          const env = {
            AWS_REGION: region,
            AWS_ACCESS_KEY_ID: given.accessKeyId,
            AWS_SECRET_ACCESS_KEY: given.secretAccessKey,
            ...(given.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: given.sessionToken }),
          };
          const token = cacheToken({ cacheName, userId }, env, time.getTime());
          expect(token.startsWith(`${cacheName}/?`)).toBe(true);
          expect(Object.fromEntries(new URLSearchParams(token.slice(cacheName.length + 2)))).toEqual(reference.query);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('encodes every value as RFC 3986 wants it', () => {
    const query = presignedQuery(
      { host: 'h', service: 's', region: 'r', query: { User: "a b!'()*/+é" }, expiresS: 1 },
      { accessKeyId: 'A', secretAccessKey: 'S' },
      0,
    );
    expect(query).toContain('User=a%20b%21%27%28%29%2A%2F%2B%C3%A9');
  });
});
