/**
 * ★ Fact file: what the edge tells the functions about a viewer. CloudFront's own `CloudFront-Viewer-*` headers are seen
 * by its viewer-request function for certain, but whether they also reach an origin depends on the request policy. So
 * the function writes them down under these names, over whatever a client sent.
 */
export const VIEWER_HEADERS = {
  host: 'x-forwarded-host',
  country: 'x-viewer-country',
  region: 'x-viewer-region',
  city: 'x-viewer-city',
  device: 'x-viewer-device',
  address: 'x-viewer-address',
} as const;

/** Proves that a request came through the edge; CloudFront adds it, with a secret. */
export const ORIGIN_VERIFY_HEADER = 'x-origin-verify';
