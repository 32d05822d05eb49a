import type { MessagePort } from 'node:worker_threads';

/** What crosses the thread boundary. Calls and answers travel in flat lists, one message per turn of the event loop. */

/** What a worker is told when it is started. */
export type WorkerSetting = {
  /** `file://…/asset.<hash>/index.mjs`. */
  readonly bundleUrl: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Folder for V8's compile cache, shared by all workers; null for none. */
  readonly compileCacheDir: string | null;
};

export type ToWorker =
  /** `[id, event, id, event, …]` */
  | { readonly kind: 'calls'; readonly calls: readonly unknown[] }
  /** One call whose answer is streamed through a port of its own. */
  | { readonly kind: 'stream'; readonly id: number; readonly event: unknown; readonly port: MessagePort }
  | { readonly kind: 'ping' };

/** Status and headers of a streamed answer. */
export type StreamHead = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };

/** Through the port of a streamed call, from the function. */
export type ToReader =
  | { readonly kind: 'head'; readonly head: StreamHead }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** The handler has returned, whether it ended the stream or not. */
  | { readonly kind: 'over' };

/** And to it: the chunk has found room, so the next may come; or nobody reads any more. */
export type ToWriter = 'taken' | 'gone';

/** An error as Lambda reports it: the class name, the message, the stack as text. */
export type LambdaFailure = { readonly errorType: string; readonly errorMessage: string; readonly stack: string };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly failure: LambdaFailure }
  | { readonly kind: 'pong' }
  /** `[id, answer as JSON or undefined, failure or null, …]`: answers are JSON, as everything Lambda returns. */
  | { readonly kind: 'answers'; readonly answers: readonly (number | string | undefined | LambdaFailure | null)[] };

export function failureOf(thrown: unknown): LambdaFailure {
  if (thrown instanceof Error) {
    return { errorType: thrown.name, errorMessage: thrown.message, stack: thrown.stack ?? '' };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), stack: '' };
}
