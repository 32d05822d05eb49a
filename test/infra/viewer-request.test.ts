import { runInNewContext } from 'node:vm';
import { VIEWER_REQUEST_CODE } from '../../lib/constructs/viewer-request.ts';

type Headers = Record<string, { value: string }>;

/** Runs the function as CloudFront does: a realm of its own, nothing but the event. */
function headersAfter(headers: Record<string, string>): Record<string, string> {
  const given: Headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]));
  const event = { viewer: { ip: '203.0.113.7' }, request: { uri: '/', headers: given } };
  const request = runInNewContext(`${VIEWER_REQUEST_CODE}; handler(event)`, { event }) as { headers: Headers };
  return Object.fromEntries(Object.entries(request.headers).map(([name, { value }]) => [name, value]));
}

describe('the viewer-request function', () => {
  it('tells the origin the host that was asked for and what CloudFront knows of the viewer', () => {
    expect(
      headersAfter({
        host: 's.example.com',
        'cloudfront-viewer-country': 'DE',
        'cloudfront-viewer-country-region': 'BE',
        'cloudfront-viewer-city': 'Berlin',
        'cloudfront-is-desktop-viewer': 'true',
      }),
    ).toMatchObject({
      'x-forwarded-host': 's.example.com',
      'x-viewer-country': 'DE',
      'x-viewer-region': 'BE',
      'x-viewer-city': 'Berlin',
      'x-viewer-device': 'desktop',
      'x-viewer-address': '203.0.113.7',
    });
  });

  it('leaves nothing of what a client claims about itself', () => {
    const told = headersAfter({
      host: 's.example.com',
      'x-forwarded-host': 'evil.example',
      'x-viewer-country': 'XX',
      'x-viewer-city': 'Nowhere',
      'x-viewer-device': 'tv',
      'x-viewer-address': '1.2.3.4',
    });
    expect(told).toEqual({
      host: 's.example.com',
      'x-forwarded-host': 's.example.com',
      'x-viewer-address': '203.0.113.7',
    });
  });

  it.each([
    ['/aB7x3Kq', '/aB7x3Kq'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/100%', '/100%25'],
    ['/%E0%A4%A', '/%25E0%25A4%25A'],
    ['/%ff%fe', '/%25ff%25fe'],
  ])('leaves a path that can be decoded, and makes one of what cannot: %s', (uri, seen) => {
    const event = { viewer: { ip: '203.0.113.7' }, request: { uri, headers: {} } };
    const request = runInNewContext(`${VIEWER_REQUEST_CODE}; handler(event)`, { event }) as { uri: string };
    expect(request.uri).toBe(seen);
  });

  it.each([
    [['cloudfront-is-smarttv-viewer', 'cloudfront-is-desktop-viewer'], 'tv'],
    [['cloudfront-is-mobile-viewer', 'cloudfront-is-tablet-viewer'], 'tablet'],
    [['cloudfront-is-mobile-viewer'], 'mobile'],
    [['cloudfront-is-desktop-viewer'], 'desktop'],
  ])('of %j makes one device: %s', (yes, device) => {
    const told = headersAfter({ host: 'h', ...Object.fromEntries(yes.map((name) => [name, 'true'])) });
    expect(told['x-viewer-device']).toBe(device);
  });
});
