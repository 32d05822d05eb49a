import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** One visit as API Gateway hands it over behind CloudFront. */
export const visitEvent = (code: string, originSecret: string): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'GET /{code}',
  rawPath: `/${code}`,
  rawQueryString: '',
  headers: {
    accept: 'text/html,application/xhtml+xml',
    'accept-language': 'en',
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'x-forwarded-host': 's.example.com',
    'x-viewer-country': 'DE',
    'x-viewer-device': 'desktop',
    'x-origin-verify': originSecret,
  },
  pathParameters: { code },
  requestContext: {
    accountId: '000000000000',
    apiId: 'bench',
    domainName: 's.example.com',
    domainPrefix: 's',
    http: { method: 'GET', path: `/${code}`, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'bench' },
    requestId: 'bench',
    routeKey: 'GET /{code}',
    stage: '$default',
    time: '21/Nov/2026:12:00:00 +0000',
    timeEpoch: 1_795_262_400_000,
  },
  isBase64Encoded: false,
});
