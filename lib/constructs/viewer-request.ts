import { VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';

/**
 * The viewer-request function of both doors (CloudFront Functions, JavaScript 2.0). API Gateway refuses a foreign Host
 * header, so the name the visitor asked for travels beside it; so does what CloudFront knows of the viewer. Television
 * comes first and tablet before mobile, because CloudFront may say yes to several. A path that is not percent-encoded
 * UTF-8 would be refused by API Gateway in words of its own; read as it was typed, it is an unknown link like any other.
 */
export const VIEWER_REQUEST_CODE = `var NAMES = ${JSON.stringify(VIEWER_HEADERS)};
var DEVICES = { tv: 'cloudfront-is-smarttv-viewer', tablet: 'cloudfront-is-tablet-viewer', mobile: 'cloudfront-is-mobile-viewer', desktop: 'cloudfront-is-desktop-viewer' };
function handler(event) {
  var headers = event.request.headers;
  function tell(name, value) {
    if (value) headers[NAMES[name]] = { value: value };
    else delete headers[NAMES[name]];
  }
  function valueOf(name) {
    return headers[name] && headers[name].value;
  }
  function device() {
    for (var name in DEVICES) if (valueOf(DEVICES[name]) === 'true') return name;
  }
  tell('host', valueOf('host'));
  tell('country', valueOf('cloudfront-viewer-country'));
  tell('region', valueOf('cloudfront-viewer-country-region'));
  tell('city', valueOf('cloudfront-viewer-city'));
  tell('device', device());
  tell('address', event.viewer.ip);
  try {
    decodeURIComponent(event.request.uri);
  } catch (malformed) {
    event.request.uri = event.request.uri.replace(/%/g, '%25');
  }
  return event.request;
}`;
