import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { MessagePort } from 'node:worker_threads';
import type { StreamHead, ToReader, ToWriter } from './messages.ts';

/**
 * Lambda's response streaming inside the worker: the global `awslambda`, and a stream whose chunks cross the thread one at
 * a time, the next when the reader wants it. When the reader leaves, the stream closes under the handler's hands.
 */
export type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => unknown;

const streaming = new WeakSet<object>();

export const isStreaming = (handler: object): handler is StreamingHandler => streaming.has(handler);

/** To be called before a bundle is loaded: bundles wrap their handlers while they load. */
export function installAwslambda(): void {
  const awslambda = {
    streamifyResponse<H extends StreamingHandler>(handler: H): H {
      streaming.add(handler);
      return handler;
    },
    HttpResponseStream: {
      from(stream: Writable, head: Partial<StreamHead>): Writable {
        if (!(stream instanceof ResponseStream))
          throw new TypeError('HttpResponseStream.from wants the response stream.');
        stream.sendHead(head);
        return stream;
      },
    },
  };
  Object.assign(globalThis, { awslambda });
}

/** Runs a streaming handler; resolves when it has returned and all was handed to the reader, or the reader is gone. */
export async function runStreaming(
  handler: StreamingHandler,
  event: unknown,
  context: unknown,
  port: MessagePort,
): Promise<void> {
  const stream = new ResponseStream(port);
  const closed = finished(stream).catch(() => undefined);
  try {
    await handler(event, stream, context);
    await closed;
    stream.sendOver();
  } finally {
    port.close();
  }
}

class ResponseStream extends Writable {
  readonly #port: MessagePort;
  #onTaken: (() => void) | null = null;

  constructor(port: MessagePort) {
    super({ decodeStrings: true });
    this.#port = port;
    port.on('message', (message: ToWriter) => {
      if (message === 'gone') return void this.destroy();
      const onTaken = this.#onTaken;
      this.#onTaken = null;
      onTaken?.();
      return undefined;
    });
  }

  sendHead({ statusCode = 200, headers = {} }: Partial<StreamHead>): void {
    this.#post({ kind: 'head', head: { statusCode, headers } });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#onTaken = done;
    this.#post({ kind: 'chunk', bytes: chunk });
  }

  override _final(done: () => void): void {
    this.#post({ kind: 'end' });
    done();
  }

  sendOver(): void {
    this.#post({ kind: 'over' });
  }

  #post(message: ToReader): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows, this is a thread
    this.#port.postMessage(message);
  }
}
