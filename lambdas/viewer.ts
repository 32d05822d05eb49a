import { isbot } from 'isbot';
import type { Device } from '../core/clicks/row.ts';
import type { Visitor } from '../core/links/visit.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** CloudFront tells city names of any length; a click keeps this much. */
const MAX_PLACE_LENGTH = 100;
const BOT_MEMORY_ENTRIES = 1_000;

/** Whether the request came through our CloudFront: only then are its viewer headers believed. */
export const isFromEdge = (headers: Headers, originSecret: string): boolean =>
  headers['x-origin-verify'] === originSecret;

/** Who visits, from what CloudFront's headers give. A request that went around CloudFront is counted as from nowhere. */
export function visitorOf(headers: Headers, originSecret: string): Visitor {
  const edge = isFromEdge(headers, originSecret) ? headers : {};
  const country = edge['cloudfront-viewer-country'] ?? '';
  return {
    country: /^[A-Z]{2}$/.test(country) ? country : 'ZZ',
    region: (edge['cloudfront-viewer-country-region'] ?? '').slice(0, MAX_PLACE_LENGTH),
    city: (edge['cloudfront-viewer-city'] ?? '').slice(0, MAX_PLACE_LENGTH),
    device: deviceOf(edge),
    bot: isBot(headers['user-agent'] ?? ''),
  };
}

/** Television first, tablet before mobile: CloudFront may say yes to several. */
function deviceOf(headers: Headers): Device {
  if (headers['cloudfront-is-smarttv-viewer'] === 'true') return 'tv';
  if (headers['cloudfront-is-tablet-viewer'] === 'true') return 'tablet';
  if (headers['cloudfront-is-mobile-viewer'] === 'true') return 'mobile';
  return headers['cloudfront-is-desktop-viewer'] === 'true' ? 'desktop' : 'unknown';
}

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

/** The viewer's address for limits; it is hashed before anything is kept. `ip:port`, IPv6 without brackets. */
export function viewerAddress(headers: Headers, originSecret: string, sourceIp: string): string {
  const address = isFromEdge(headers, originSecret) ? headers['cloudfront-viewer-address'] : undefined;
  return address === undefined ? sourceIp : address.replace(/:\d+$/, '');
}
