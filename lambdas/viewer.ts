import { isbot } from 'isbot';
import type { Device } from '../core/clicks/row.ts';
import { DEVICES } from '../core/clicks/row.ts';
import type { Visitor } from '../core/links/visit.ts';
import { ORIGIN_VERIFY_HEADER, VIEWER_HEADERS } from './viewer-headers.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** CloudFront tells city names of any length; a click keeps this much. */
const MAX_PLACE_LENGTH = 100;
const BOT_MEMORY_ENTRIES = 1_000;

/** Whether the request came through our CloudFront: only then are its viewer headers believed. */
export const isFromEdge = (headers: Headers, originSecret: string): boolean =>
  headers[ORIGIN_VERIFY_HEADER] === originSecret;

/** Who visits, from what CloudFront's headers give. A request that went around CloudFront is counted as from nowhere. */
export function visitorOf(headers: Headers, originSecret: string): Visitor {
  const edge = isFromEdge(headers, originSecret) ? headers : {};
  const country = edge[VIEWER_HEADERS.country] ?? '';
  return {
    country: /^[A-Z]{2}$/.test(country) ? country : 'ZZ',
    region: (edge[VIEWER_HEADERS.region] ?? '').slice(0, MAX_PLACE_LENGTH),
    city: (edge[VIEWER_HEADERS.city] ?? '').slice(0, MAX_PLACE_LENGTH),
    device: deviceOf(edge),
    bot: isBot(headers['user-agent'] ?? ''),
  };
}

const deviceOf = (headers: Headers): Device =>
  DEVICES.find((device) => device === headers[VIEWER_HEADERS.device]) ?? 'unknown';

const knownBots = new Map<string, boolean>();

/** No user agent at all is a script's sign too. The same agents come again and again, so verdicts are remembered. */
function isBot(userAgent: string): boolean {
  const known = knownBots.get(userAgent);
  if (known !== undefined) return known;
  const bot = userAgent === '' || isbot(userAgent);
  if (knownBots.size >= BOT_MEMORY_ENTRIES) knownBots.clear();
  knownBots.set(userAgent, bot);
  return bot;
}

/** The viewer's address for limits; it is hashed before anything is kept. */
export const viewerAddress = (headers: Headers, originSecret: string, sourceIp: string): string =>
  (isFromEdge(headers, originSecret) ? headers[VIEWER_HEADERS.address] : undefined) ?? sourceIp;
