import type { ClickEvent, Device } from '../core/clicks/row.ts';
import { DEVICES } from '../core/clicks/row.ts';
import { ORIGIN_VERIFY_HEADER, VIEWER_HEADERS } from './viewer-headers.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** CloudFront tells city names of any length; a click keeps this much. */
const MAX_PLACE_LENGTH = 100;

/** What the edge tells of a viewer. */
export type Viewer = Pick<ClickEvent, 'country' | 'region' | 'city' | 'device'>;

/** Whether the request came through our CloudFront: only then are its viewer headers believed. */
export const isFromEdge = (headers: Headers, originSecret: string): boolean =>
  headers[ORIGIN_VERIFY_HEADER] === originSecret;

/** Where a request comes from, as CloudFront's headers tell it. One that went around CloudFront comes from nowhere. */
export function viewerOf(headers: Headers, originSecret: string): Viewer {
  const edge = isFromEdge(headers, originSecret) ? headers : {};
  const country = edge[VIEWER_HEADERS.country] ?? '';
  return {
    country: /^[A-Z]{2}$/.test(country) ? country : 'ZZ',
    region: (edge[VIEWER_HEADERS.region] ?? '').slice(0, MAX_PLACE_LENGTH),
    city: (edge[VIEWER_HEADERS.city] ?? '').slice(0, MAX_PLACE_LENGTH),
    device: deviceOf(edge),
  };
}

const deviceOf = (headers: Headers): Device =>
  DEVICES.find((device) => device === headers[VIEWER_HEADERS.device]) ?? 'unknown';

/** The viewer's address, for limits and the visitor hash; it is hashed before anything is kept. */
export const viewerAddress = (headers: Headers, originSecret: string, sourceIp: string): string =>
  (isFromEdge(headers, originSecret) ? headers[VIEWER_HEADERS.address] : undefined) ?? sourceIp;
