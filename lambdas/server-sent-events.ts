import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** One event (HTML Living Standard §9.2). The data is sent as one line of JSON. */
export type ServerSentEvent = {
  readonly event: string;
  /** What a client that was cut off comes back with, as `Last-Event-ID`. */
  readonly id: string;
  readonly data: unknown;
};

/** Where events are written to. Each call resolves when the next may be made, so a slow reader slows the writer down. */
export type EventSink = {
  /** The reader is gone: nothing more will arrive. */
  readonly isGone: () => boolean;
  send(event: ServerSentEvent): Promise<void>;
  /** Keeps the connection open where nothing happens; moves the client's `Last-Event-ID` without an event. */
  heartbeat(id: string): Promise<void>;
  /** Ends the stream; the client opens another after so many milliseconds. */
  end(reconnectAfterMs: number): Promise<void>;
};

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
} as const;

/** Proxies and load balancers cut what is silent for longer; CloudFront does after 30 seconds. */
export const HEARTBEAT_MS = 10_000;

export const encodeEvent = ({ event, id, data }: ServerSentEvent): string =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** A comment; an id without data is remembered by clients and shown to nobody. */
export const encodeHeartbeat = (id: string): string => `: heartbeat\nid: ${id}\n\n`;

export const encodeRetry = (reconnectAfterMs: number): string => `retry: ${reconnectAfterMs}\n\n`;

export function eventSink(stream: Writable): EventSink {
  let gone = false;
  stream.once('close', () => {
    gone = true;
  });
  // A reader that is cut off ends its stream with an error; there is nobody left to tell.
  stream.on('error', () => {
    gone = true;
  });

  async function write(text: string): Promise<void> {
    if (gone || stream.write(text) || stream.destroyed) return;
    const given = new AbortController();
    const { signal } = given;
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => undefined);
    given.abort();
  }

  return {
    isGone: () => gone,
    send: (event) => write(encodeEvent(event)),
    heartbeat: (id) => write(encodeHeartbeat(id)),
    async end(reconnectAfterMs) {
      if (gone) return;
      await write(encodeRetry(reconnectAfterMs));
      stream.end();
    },
  };
}
