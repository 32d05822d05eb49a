import type { CorsRule } from './s3-cors.ts';
import type { Headers } from './s3-headers.ts';
import type { ObjectRecord } from './s3-index.ts';
import type { ExpiryRule } from './s3-lifecycle.ts';
import type { S3Request } from './s3-request.ts';
import type { SecretFor, Signed } from './s3-signature.ts';
import type { ObjectStore } from './s3-store.ts';

/** What the template says of a bucket. */
export type BucketDefinition = {
  readonly name: string;
  readonly cors: readonly CorsRule[];
  readonly expiry: readonly ExpiryRule[];
};

/** What S3 tells whoever follows a bucket. */
export type ObjectCreated = {
  readonly event:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Post'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload';
  readonly bucket: string;
  readonly object: ObjectRecord;
};

/** A request whose signature is right, with everything to answer it. */
export type S3Call = {
  readonly request: S3Request;
  readonly bucket: BucketDefinition;
  readonly signed: Signed;
  readonly store: ObjectStore;
  readonly nowMs: number;
  /** Throws AccessDenied where the caller's role may not. */
  readonly allow: (action: string, resourceArn: string) => void;
  /** Throws NoSuchBucket. */
  readonly bucketNamed: (name: string) => BucketDefinition;
  readonly created: (event: ObjectCreated['event'], object: ObjectRecord) => void;
};

/** A form brings its signature in its fields, so nobody is known when its call begins. */
export type FormCall = Omit<S3Call, 'signed' | 'allow'> & {
  readonly secretFor: SecretFor;
  readonly allowAs: (accessKeyId: string, action: string, resourceArn: string) => void;
};

export type S3Answer = {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: string | AsyncIterable<Buffer>;
};

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `${bucketArn(bucket)}/${key}`;

export const xmlAnswer = (body: string, headers: Headers = {}): S3Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});
