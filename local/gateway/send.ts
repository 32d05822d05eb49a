import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BehaviorPlan } from '../cloud/distributions.ts';
import type { OriginAnswer } from './origin-request.ts';
import { passOn } from './stream-to-viewer.ts';

/** Headers that belong to one connection; an origin's own are never passed on. */
const HOP_BY_HOP = ['keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'trailer'];
const BODILESS_STATUSES = new Set([204, 304]);

/** Sends an answer with the headers that the distribution's response headers policy adds and takes off. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: OriginAnswer,
  behavior: BehaviorPlan | null,
): void {
  for (const name of HOP_BY_HOP) delete headers[name];
  for (const name of behavior?.removedResponseHeaders ?? []) delete headers[name];
  for (const { name, value, override } of behavior?.responseHeaders ?? []) {
    if (override || headers[name] === undefined) headers[name] = value;
  }
  const bodiless = BODILESS_STATUSES.has(status);
  // The length of a HEAD's answer would be that of the GET, which nobody knows here.
  const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
  if (isWhole && !bodiless && request.method !== 'HEAD') headers['content-length'] = String(Buffer.byteLength(body));
  try {
    response.writeHead(status, headers);
  } catch {
    // A header that HTTP cannot carry: the function's fault, not the viewer's.
    if (!response.headersSent) response.writeHead(502, { 'content-length': '0' });
    response.end();
    if (!isWhole) body.destroy();
    return;
  }
  if (!isWhole) return passOn(body, response);
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}
