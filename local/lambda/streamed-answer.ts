import { Readable } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { StreamHead, ToReader, ToWriter } from './messages.ts';

/** An answer that arrives while the function is still at it. Destroying the body tells the function that nobody reads. */
export type StreamedAnswer = StreamHead & { readonly body: Readable };

export type IncomingStream = {
  /** The worker's end. */
  readonly port: MessagePort;
  /** Resolves when the function has said status and headers; rejects where it fails before. */
  readonly answer: Promise<StreamedAnswer>;
  /** The invocation failed: what did not arrive by now never will. */
  readonly fail: (error: Error) => void;
};

/** The host's end of one streamed invocation. */
export function receiveStream(): IncomingStream {
  const { port1: port, port2 } = new MessageChannel();
  const { promise: answer, resolve, reject } = Promise.withResolvers<StreamedAnswer>();
  // Whoever waits for the answer hears of it; a caller that left does not.
  answer.catch(() => undefined);
  let wanted: (() => void) | null = null;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows, this is a thread
  const post = (message: ToWriter): void => port.postMessage(message);

  const body = new Readable({
    read() {
      wanted?.();
      wanted = null;
    },
    destroy(error, done) {
      post('gone');
      port.close();
      done(error);
    },
  });
  // The one who reads may have gone before the function failed.
  body.on('error', () => undefined);

  port.on('message', (message: ToReader) => {
    switch (message.kind) {
      case 'head':
        return resolve({ ...message.head, body });
      case 'chunk':
        if (body.push(message.bytes)) return post('taken');
        wanted = () => post('taken');
        return undefined;
      case 'end':
        body.push(null);
        return undefined;
      case 'over':
        return reject(new Error('The function streamed no answer.'));
    }
  });

  return {
    port: port2,
    answer,
    fail(error) {
      reject(error);
      body.destroy(error);
    },
  };
}
