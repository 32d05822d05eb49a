import type { IncomingMessage } from 'node:http';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import type { BucketDefinition, FormCall, ObjectCreated, S3Answer, S3Call } from './s3-call.ts';
import { corsHeaders, preflightHeaders } from './s3-cors.ts';
import { S3Error, s3Error } from './s3-error.ts';
import { sweepBuckets } from './s3-lifecycle.ts';
import { pageOf } from './s3-list.ts';
import { operationOf } from './s3-operations.ts';
import { postObject } from './s3-post.ts';
import { requestOf, type S3Request } from './s3-request.ts';
import { errorAnswer, startS3Server } from './s3-server.ts';
import { type SecretFor, verifySigned } from './s3-signature.ts';
import { ANY_OBJECT, type ObjectStore, type OpenObject, openObjectStore } from './s3-store.ts';

export type S3Engine = Engine &
  FaultInjection & {
    /** Puts an object past the protocol and its access control: for what AWS itself writes into a bucket. */
    put(bucket: string, key: string, body: Buffer | AsyncIterable<Buffer>): Promise<void>;
    /** Opens an object past the protocol and its access control; close it. Undefined where there is none. */
    open(bucket: string, key: string): OpenObject | undefined;
    /** All keys of a bucket, in order. */
    keys(bucket: string): readonly string[];
    /** Calls the listener for each object that has come to be from now on, once it is on disk. It must not throw. */
    onObjectCreated(listener: (created: ObjectCreated) => void): void;
    /** Deletes what the buckets' lifecycle rules say is old enough; done each hour by itself. */
    sweep(): Promise<void>;
  };

const SWEEP_EVERY_MS = 3_600_000;

/**
 * S3 for the buckets that the template declares, with SigV4 (header, presigned query, form policy), conditional requests,
 * checksums, multipart uploads, CORS and lifecycle. What it does not play answers NotImplemented. Objects are files below
 * `root/<bucket>/`; nothing is opened before the first request.
 */
export async function startS3(options: {
  readonly root: string;
  /** False where data ends with the process. */
  readonly isDurable: boolean;
  readonly buckets: readonly BucketDefinition[];
  readonly authorize: Authorize;
  readonly secretFor: SecretFor;
  readonly port?: number;
  readonly nowMs?: () => number;
}): Promise<S3Engine> {
  const { root, isDurable, authorize, secretFor, nowMs = Date.now } = options;
  const buckets = new Map(options.buckets.map((bucket) => [bucket.name, bucket]));
  const faults: FaultInjection = { faultFor: null };
  const listeners: ((created: ObjectCreated) => void)[] = [];
  let opened: ObjectStore | null = null;
  const store = (): ObjectStore => {
    opened ??= openObjectStore({ root, isDurable, nowMs });
    return opened;
  };

  function bucketNamed(name: string): BucketDefinition {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  async function answer(message: IncomingMessage, requestId: string): Promise<S3Answer | 'hang' | 'cut'> {
    const request = requestOf(message);
    if (request.method === 'OPTIONS') {
      return { status: 200, headers: preflightHeaders(bucketNamed(request.bucket).cors, message.headers) };
    }
    const turn = { fate: 'answer' as 'answer' | 'hang' | 'cut' };
    const allowAs: FormCall['allowAs'] = (accessKeyId, action, resourceArn) => {
      const call = { accessKeyId, action, resourceArns: [resourceArn] };
      const decision = authorize(call);
      if (!decision.allowed) throw s3Error('AccessDenied', decision.message);
      const fault = faults.faultFor?.(call, 0) ?? null;
      if (fault?.kind === 'refuse') throw new S3Error(fault.errorType, fault.status, 'Refused by an injected fault.');
      if (fault?.kind === 'lose-answer') turn.fate = 'cut';
      if (fault?.kind === 'hang') {
        turn.fate = 'hang';
        throw s3Error('InternalError');
      }
    };
    const work = isForm(request) ? postTo(request, allowAs) : operate(request, allowAs);
    const answered = await work.catch((error: unknown) => errorAnswer(error, message, requestId));
    if (turn.fate !== 'answer') return turn.fate;
    // A browser reads no answer, also no refusal, that the bucket's rules do not open to it.
    const cors = corsHeaders(buckets.get(request.bucket)?.cors ?? [], request.header('origin'), request.method);
    return { ...answered, headers: { ...answered.headers, ...cors } };
  }

  async function operate(request: S3Request, allowAs: FormCall['allowAs']): Promise<S3Answer> {
    const signed = verifySigned(request, secretFor, nowMs());
    const operation = operationOf(request);
    const bucket = bucketNamed(request.bucket);
    const call: S3Call = {
      request,
      bucket,
      signed,
      store: store(),
      nowMs: nowMs(),
      allow: (action, resourceArn) => allowAs(signed.accessKeyId, action, resourceArn),
      bucketNamed,
      created: announcer(bucket.name),
    };
    return operation(call);
  }

  async function postTo(request: S3Request, allowAs: FormCall['allowAs']): Promise<S3Answer> {
    const bucket = bucketNamed(request.bucket);
    const created = announcer(bucket.name);
    return postObject({ request, bucket, store: store(), nowMs: nowMs(), secretFor, allowAs, bucketNamed, created });
  }

  const announcer =
    (bucket: string): S3Call['created'] =>
    (event, object) => {
      for (const listener of listeners) listener({ event, bucket, object });
    };

  const server = await startS3Server({ port: options.port ?? 0, answer });
  let sweeping = Promise.resolve();
  const sweep = (): Promise<void> => {
    sweeping = sweeping.catch(() => undefined).then(() => sweepBuckets([...buckets.values()], store(), nowMs()));
    return sweeping;
  };
  const timer = setInterval(() => void sweep().catch(() => undefined), SWEEP_EVERY_MS).unref();

  return Object.assign(faults, {
    url: server.url,
    async put(bucket: string, key: string, body: Buffer | AsyncIterable<Buffer>) {
      bucketNamed(bucket);
      const draft = await store().drafts.write(
        Buffer.isBuffer(body) ? single(body) : body,
        [],
        Number.MAX_SAFE_INTEGER,
      );
      const facts = {
        eTag: draft.md5.toString('hex'),
        headers: { 'content-type': 'binary/octet-stream' },
        checksum: null,
      };
      const object = store().put(bucket, key, draft, facts, ANY_OBJECT);
      await store().synced();
      announcer(bucket)('ObjectCreated:Put', object);
    },
    open: (bucket: string, key: string) => store().open(bucketNamed(bucket).name, key),
    keys: (bucket: string) => [...keysOf(store(), bucketNamed(bucket).name)],
    onObjectCreated: (listener: (created: ObjectCreated) => void) => void listeners.push(listener),
    sweep,
    async close() {
      clearInterval(timer);
      await server.close();
      await sweeping.catch(() => undefined);
      opened?.close();
    },
  });
}

const isForm = (request: S3Request): boolean =>
  request.method === 'POST' &&
  request.key === '' &&
  (request.header('content-type') ?? '').toLowerCase().startsWith('multipart/form-data');

async function* single(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

function* keysOf(store: ObjectStore, bucket: string): Generator<string> {
  const listing = { prefix: '', delimiter: '', maxKeys: 1_000 };
  for (let page = pageOf(store.index, bucket, { ...listing, after: null }); ; ) {
    for (const { key } of page.objects) yield key;
    if (page.next === null) return;
    page = pageOf(store.index, bucket, { ...listing, after: page.next });
  }
}
