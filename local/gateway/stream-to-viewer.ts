import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** CloudFront's origin response timeout, which is also the longest silence between two packets; API Gateway allows 5 minutes. */
const LONGEST_SILENCE_MS = 30_000;

/**
 * Passes a stream on as it comes, no faster than the viewer reads. A viewer who leaves ends the stream at its source; a
 * stream that breaks off, or is silent for too long, breaks off for the viewer too.
 */
export function passOn(body: Readable, response: ServerResponse, longestSilenceMs = LONGEST_SILENCE_MS): void {
  // Who left while the function was asked has closed already.
  if (response.closed) return void body.destroy();
  const silence = setTimeout(() => body.destroy(new Error('The origin was silent for too long.')), longestSilenceMs);
  body.on('data', (chunk: Buffer) => {
    silence.refresh();
    if (response.write(chunk)) return;
    body.pause();
    response.once('drain', () => body.resume());
  });
  // Closing says it all.
  body.once('error', () => undefined);
  body.once('end', () => response.end());
  body.once('close', () => {
    clearTimeout(silence);
    if (!body.readableEnded) response.destroy();
  });
  response.once('close', () => body.destroy());
  // What is said before the first chunk should not wait for it.
  response.flushHeaders();
  return undefined;
}
