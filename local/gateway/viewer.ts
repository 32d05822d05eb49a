/**
 * What CloudFront tells an origin about a viewer. On the laptop nobody is located: everybody is in the US, and the
 * device is guessed from the User-Agent. The header `x-signpost-viewer: country=DE;region=BE;city=Berlin;device=mobile;address=203.0.113.7`
 * overrides it, for tests and demos; it never reaches a function.
 */
export const VIEWER_HEADER = 'x-signpost-viewer';

export type ViewerHeaders = Readonly<Record<string, string>>;

type DeviceClass = 'mobile' | 'tablet' | 'desktop' | 'tv' | 'unknown';

const REMEMBERED_AGENTS = 1_000;
const DEFAULT_COUNTRY = 'US';

/** Lower-case CloudFront headers for a viewer, without its address. */
export function viewerHeadersOf(userAgent: string | undefined, override: string | undefined): ViewerHeaders {
  if (override !== undefined) return overridden(userAgent, override);
  const agent = userAgent ?? '';
  const known = byUserAgent.get(agent);
  if (known !== undefined) return known;
  const headers = headersOf(DEFAULT_COUNTRY, deviceOf(agent));
  if (byUserAgent.size >= REMEMBERED_AGENTS) byUserAgent.clear();
  byUserAgent.set(agent, headers);
  return headers;
}

const byUserAgent = new Map<string, ViewerHeaders>();

const headersOf = (country: string, device: DeviceClass, region?: string, city?: string): ViewerHeaders => ({
  'cloudfront-viewer-country': country,
  ...(region !== undefined && { 'cloudfront-viewer-country-region': region }),
  ...(city !== undefined && { 'cloudfront-viewer-city': city }),
  // CloudFront calls a tablet mobile as well.
  'cloudfront-is-mobile-viewer': String(device === 'mobile' || device === 'tablet'),
  'cloudfront-is-tablet-viewer': String(device === 'tablet'),
  'cloudfront-is-desktop-viewer': String(device === 'desktop'),
  'cloudfront-is-smarttv-viewer': String(device === 'tv'),
});

function overridden(userAgent: string | undefined, override: string): ViewerHeaders {
  const given = new Map(override.split(';').map((pair) => pair.trim().split('=', 2) as [string, string | undefined]));
  const device = given.get('device');
  return headersOf(
    given.get('country') ?? DEFAULT_COUNTRY,
    isDeviceClass(device) ? device : deviceOf(userAgent ?? ''),
    given.get('region'),
    given.get('city'),
  );
}

/** The address a test or demo comes from; null where it says none. */
export const claimedAddress = (override: string | undefined): string | null =>
  /(?:^|;)\s*address=([\da-fA-F.:]+)/.exec(override ?? '')?.[1] ?? null;

const isDeviceClass = (text: string | undefined): text is DeviceClass =>
  ['mobile', 'tablet', 'desktop', 'tv', 'unknown'].includes(text ?? '');

function deviceOf(userAgent: string): DeviceClass {
  if (/smart-?tv|appletv|googletv|hbbtv|crkey|roku|web0s|tizen.*tv/i.test(userAgent)) return 'tv';
  if (/ipad|tablet|kindle|silk\/|android(?!.*mobile)/i.test(userAgent)) return 'tablet';
  if (/mobi|iphone|ipod|android|phone/i.test(userAgent)) return 'mobile';
  return /mozilla|opera/i.test(userAgent) ? 'desktop' : 'unknown';
}
