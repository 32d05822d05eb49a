import { FAILURES, type FailureWord } from '../../core/errors.ts';
import { ROUTES, SHORT_DOOR_FALLBACK } from '../../lambdas/routes.ts';
import { VIEWER_REQUEST_CODE } from '../../lib/constructs/viewer-request.ts';
import { FUNCTION_POWERS } from '../../lib/powers.ts';
import { type Assembly, assemblyOf, type Properties, type Resource } from './assembly.ts';

const prod = assemblyOf('prod');
const door = (name: string) => ({
  hostname: `${name}.example.com`,
  certificateArn: `arn:aws:acm:us-east-1:123456789012:certificate/${name}-0001`,
});
const named = assemblyOf('prod', { shortDomain: door('s'), appDomain: door('app') });
const laptop = assemblyOf('laptop', { shortOrigin: 'http://localhost:4001' });

/** `redirect` from `<RedirectFunction4F1A8025.Arn>` in a URI. */
const functionIn = (uri: unknown): string =>
  /<(\w+)Function\w+\.Arn>/
    .exec(String(uri))?.[1]
    ?.replaceAll(/(?<=.)[A-Z]/g, '-$&')
    .toLowerCase() ?? 'none';
const without = (from: Properties, name: string): string => String(from[name]).replace(/^<|>$/g, '');

/** Every status that CloudFront can be told how long to keep. */
const ERROR_STATUSES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

describe('the short domain', () => {
  it('has the routes of lambdas/routes.ts, each to its function, and the fallback', () => {
    const integrations = new Map(
      prod.ofType('AWS::ApiGatewayV2::Integration').map(({ id, properties }) => [id, properties]),
    );
    const made = prod.ofType('AWS::ApiGatewayV2::Route').map(({ properties }) => {
      const integration = integrations.get(String(properties['Target']).replace(/^integrations\/<|>$/g, ''));
      expect(integration?.['PayloadFormatVersion']).toBe('2.0');
      return `${String(properties['RouteKey'])} → ${functionIn(integration?.['IntegrationUri'])}`;
    });
    const meant = ROUTES.filter((route) => route.door === 'short').map(
      (route) => `${route.method} ${route.path} → ${route.function}`,
    );
    expect(made.sort()).toEqual([...meant, `$default → ${SHORT_DOOR_FALLBACK}`].sort());
  });

  it('deploys its routes by itself, throttled, with an access log', () => {
    expect(prod.one('AWS::ApiGatewayV2::Stage', 'VisitorApi').properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 },
      AccessLogSettings: { DestinationArn: expect.stringContaining('AccessLog') },
    });
  });
});

describe('the app domain', () => {
  const resources = new Map(prod.ofType('AWS::ApiGateway::Resource').map(({ id, properties }) => [id, properties]));
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    return resource === undefined ? '' : `${pathOf(without(resource, 'ParentId'))}/${String(resource['PathPart'])}`;
  };

  it('has the routes of lambdas/routes.ts, each to its function, guarded unless public', () => {
    const made = prod.ofType('AWS::ApiGateway::Method').map(({ properties }) => {
      const path = pathOf(without(properties, 'ResourceId')) || '/';
      const { Type, Uri } = properties['Integration'] as { Type: string; Uri: unknown };
      const guarded = properties['AuthorizationType'] === 'CUSTOM' && properties['AuthorizerId'] !== undefined;
      return `${String(properties['HttpMethod'])} ${path} → ${Type} ${functionIn(Uri)}, ${guarded ? 'guarded' : 'public'}`;
    });
    const meant = ROUTES.filter((route) => route.door === 'app').map(
      (route) =>
        `${route.method} ${route.path} → AWS_PROXY ${route.function}, ${route.access === 'public' ? 'public' : 'guarded'}`,
    );
    expect(made.sort()).toEqual(meant.sort());
  });

  it('streams what lambdas/routes.ts says streams, for as long as the function may run, and buffers all else', () => {
    const methods = prod.ofType('AWS::ApiGateway::Method').map(({ properties }) => ({
      route: `${String(properties['HttpMethod'])} ${pathOf(without(properties, 'ResourceId')) || '/'}`,
      integration: properties['Integration'] as Properties,
    }));
    const streaming = methods.filter(({ integration }) => integration['ResponseTransferMode'] === 'STREAM');
    const streamed = ROUTES.filter(({ streams }) => streams === true);
    const meant = streamed.map(({ method, path }) => `${method} ${path}`);
    expect(streaming.map(({ route }) => route).sort()).toEqual(meant.sort());
    expect(meant.length).toBeGreaterThan(0);
    for (const { route, integration } of methods) {
      const path = meant.includes(route)
        ? /2021-11-15\/functions\/.*\/response-streaming-invocations$/
        : /2015-03-31\/functions\/.*\/invocations$/;
      expect([route, String(integration['Uri'])]).toEqual([route, expect.stringMatching(path) as string]);
    }
    for (const { route, integration } of streaming) {
      const { function: name = 'live' } = streamed.find(({ method, path }) => `${method} ${path}` === route) ?? {};
      expect([route, integration['TimeoutInMillis']]).toEqual([route, FUNCTION_POWERS[name].timeoutS * 1_000]);
      // API Gateway's limit for streams.
      expect(integration['TimeoutInMillis']).toBeLessThanOrEqual(15 * 60_000);
    }
  });

  it('asks the authorizer about every guarded request anew', () => {
    expect(prod.ofType('AWS::ApiGateway::Authorizer').map(({ properties }) => properties)).toEqual([
      expect.objectContaining({
        Type: 'REQUEST',
        AuthorizerResultTtlInSeconds: 0,
        IdentitySource: '',
        AuthorizerUri: expect.stringContaining('<AuthorizerFunction'),
      }),
    ]);
  });

  it('is Regional, throttled, takes no body for binary and logs no execution data', () => {
    const api = prod.one('AWS::ApiGateway::RestApi', 'CustomerApi').properties;
    expect(api['EndpointConfiguration']).toEqual({ Types: ['REGIONAL'] });
    expect(api).not.toHaveProperty('BinaryMediaTypes');
    const stage = prod.one('AWS::ApiGateway::Stage', 'CustomerApi').properties;
    expect(stage['MethodSettings']).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        LoggingLevel: 'OFF',
        DataTraceEnabled: false,
        ThrottlingRateLimit: 2_000,
        ThrottlingBurstLimit: 1_000,
      },
    ]);
    expect(stage['AccessLogSetting']).toMatchObject({ DestinationArn: expect.stringContaining('AccessLog') });
  });

  it('keeps its stage name to itself: CloudFront adds it to the path', () => {
    const { StageName } = prod.one('AWS::ApiGateway::Stage', 'CustomerApi').properties;
    expect(apiOriginsOf(prod.ofType('AWS::CloudFront::Distribution')).map(({ OriginPath }) => OriginPath)).toEqual([
      undefined,
      `/${String(StageName)}`,
    ]);
  });

  describe('answers in the words of the contract', () => {
    const responses = new Map(
      prod.ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => [properties['ResponseType'], properties]),
    );

    it.each([
      ['UNAUTHORIZED', 401, 'UNAUTHENTICATED'],
      ['ACCESS_DENIED', 403, 'FORBIDDEN'],
      ['AUTHORIZER_FAILURE', 503, 'SERVICE_UNAVAILABLE'],
      ['MISSING_AUTHENTICATION_TOKEN', 404, 'NOT_FOUND'],
      ['RESOURCE_NOT_FOUND', 404, 'NOT_FOUND'],
      ['INVALID_SIGNATURE', 404, 'NOT_FOUND'],
      ['REQUEST_TOO_LARGE', 413, 'PAYLOAD_TOO_LARGE'],
      ['UNSUPPORTED_MEDIA_TYPE', 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['THROTTLED', 429, 'RATE_LIMIT_EXCEEDED'],
      ['INTEGRATION_FAILURE', 503, 'SERVICE_UNAVAILABLE'],
      ['INTEGRATION_TIMEOUT', 504, 'INTERNAL'],
      ['DEFAULT_4XX', 404, 'NOT_FOUND'],
      ['DEFAULT_5XX', 500, 'INTERNAL'],
    ] as const)('when API Gateway itself says %s: %i %s', (type, status, word: FailureWord) => {
      const response = responses.get(type) ?? {};
      expect(response['StatusCode']).toBe(String(status));
      expect(response['ResponseParameters']).toMatchObject({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
        'gatewayresponse.header.Cache-Control': "'no-store'",
        ...(status === 401 ? { 'gatewayresponse.header.WWW-Authenticate': "'Bearer'" } : {}),
        ...(status === 429 ? { 'gatewayresponse.header.Retry-After': "'1'" } : {}),
      });
      const template = (response['ResponseTemplates'] as Record<string, string>)['application/json'] ?? '';
      expect(JSON.parse(template)).toMatchObject({
        type: expect.stringMatching(new RegExp(`^https://<Door\\w+\\.DomainName>/docs/errors/${word}$`)),
        title: FAILURES[word].title,
        status,
        detail: expect.stringMatching(/\.$/),
        error: word,
        request_id: '$context.requestId',
      });
    });

    it('and says nothing else', () => {
      expect(responses.size).toBe(13);
    });
  });
});

const distributionConfig = ({ properties }: Resource) => properties['DistributionConfig'] as Properties;
const originsOf = (distributions: readonly Resource[]) =>
  distributions.flatMap((distribution) => distributionConfig(distribution)['Origins'] as Properties[]);
const apiOriginsOf = (distributions: readonly Resource[]) =>
  originsOf(distributions).filter((origin) => origin['S3OriginConfig'] === undefined);
const behavioursOf = (distribution: Resource): Properties[] => {
  const config = distributionConfig(distribution);
  return [config['DefaultCacheBehavior'] as Properties, ...((config['CacheBehaviors'] ?? []) as Properties[])];
};

describe.each([
  { which: 'CloudFront’s own names', assembly: prod },
  { which: 'one’s own domains', assembly: named },
])('with $which', ({ assembly }) => {
  const distributions = assembly.ofType('AWS::CloudFront::Distribution');

  it('shows images from their bucket, over HTTPS, signed, kept for as long as they say, read and nothing else', () => {
    const short = distributions.filter(({ stack }) => stack === 'short-domain');
    expect(short.flatMap(behavioursOf).filter(({ PathPattern }) => PathPattern !== undefined)).toEqual([
      expect.objectContaining({
        PathPattern: '/i/*',
        AllowedMethods: ['GET', 'HEAD'],
        ViewerProtocolPolicy: 'redirect-to-https',
        // AWS's own policy CachingOptimized.
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        ResponseHeadersPolicyId: expect.stringContaining('ResponseHeaders'),
      }),
    ]);
    expect(originsOf(distributions).filter((origin) => origin['S3OriginConfig'] !== undefined)).toEqual([
      expect.objectContaining({
        DomainName: expect.stringMatching(/^<Images\w+\.RegionalDomainName>$/),
        OriginAccessControlId: expect.stringContaining('OriginAccessControl'),
      }),
    ]);
    expect(assembly.ofType('AWS::CloudFront::OriginAccessControl').map(({ properties }) => properties)).toEqual([
      {
        OriginAccessControlConfig: expect.objectContaining({
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        }),
      },
    ]);
  });

  it('there are two doors', () => {
    expect(distributions.map(({ stack }) => stack).sort()).toEqual(['app-domain', 'short-domain']);
  });

  it('every door is HTTPS, uncached, and forwards all but Host', () => {
    for (const behaviour of distributions.map(distributionConfig).map((config) => config['DefaultCacheBehavior'])) {
      expect(behaviour).toMatchObject({
        ViewerProtocolPolicy: 'redirect-to-https',
        // AWS's own policies CachingDisabled and AllViewerExceptHostHeader.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        ResponseHeadersPolicyId: expect.stringContaining('ResponseHeaders'),
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: expect.stringMatching(/ViewerRequest\w+\.FunctionARN>$/) },
        ],
      });
    }
  });

  it('no error is kept for the next visitor', () => {
    for (const distribution of distributions) {
      expect(distributionConfig(distribution)['CustomErrorResponses']).toEqual(
        ERROR_STATUSES.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
      );
    }
  });

  it('origins are reached over TLS 1.2 and told the secret by a dynamic reference', () => {
    for (const origin of apiOriginsOf(distributions)) {
      expect(origin).toMatchObject({
        CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
        OriginCustomHeaders: [
          {
            HeaderName: 'x-origin-verify',
            HeaderValue: expect.stringMatching(/^\{\{resolve:secretsmanager:<OriginSecret\w+>:SecretString:::\}\}$/),
          },
        ],
      });
    }
  });

  it('answers carry HSTS for a year or more, nosniff, and a content policy where they bring none', () => {
    const policies = assembly.ofType('AWS::CloudFront::ResponseHeadersPolicy');
    expect(policies).toHaveLength(2);
    for (const { properties } of policies) {
      const { SecurityHeadersConfig } = properties['ResponseHeadersPolicyConfig'] as {
        SecurityHeadersConfig: {
          StrictTransportSecurity: { AccessControlMaxAgeSec: number };
          ContentTypeOptions: unknown;
          ContentSecurityPolicy: unknown;
        };
      };
      expect(SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec).toBeGreaterThanOrEqual(31_536_000);
      expect(SecurityHeadersConfig.ContentTypeOptions).toEqual({ Override: true });
      expect(SecurityHeadersConfig.ContentSecurityPolicy).toEqual({
        ContentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        Override: false,
      });
    }
  });

  it('speaks HTTP/2 and HTTP/3', () => {
    for (const distribution of distributions) expect(distributionConfig(distribution)['HttpVersion']).toBe('http2and3');
  });
});

it('serves one’s own domains with their certificates and TLS 1.2 of 2021', () => {
  for (const distribution of named.ofType('AWS::CloudFront::Distribution')) {
    const name = distribution.stack === 'short-domain' ? 's' : 'app';
    expect(distributionConfig(distribution)).toMatchObject({
      Aliases: [door(name).hostname],
      ViewerCertificate: {
        AcmCertificateArn: door(name).certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
  }
});

it('carries the viewer-request function whose behaviour viewer-request.test.ts shows', () => {
  for (const { properties } of prod.ofType('AWS::CloudFront::Function')) {
    expect(properties['FunctionCode']).toBe(VIEWER_REQUEST_CODE);
  }
});

it.each<[string, Assembly, RegExp]>([
  ['CloudFront’s name', prod, /^https:\/\/<Door\w+\.DomainName>$/],
  ['the short domain', named, /^https:\/\/s\.example\.com$/],
  ['what the settings say', laptop, /^http:\/\/localhost:4001$/],
])('starts short URLs with %s', (_, assembly, origin) => {
  const { Variables } = assembly.one('AWS::Lambda::Function', 'LinksFunction').properties['Environment'] as {
    Variables: Properties;
  };
  expect(Variables['SHORT_ORIGIN']).toMatch(origin);
});

it('explains errors where the app domain is, once it has a name', () => {
  const [response] = named.ofType('AWS::ApiGateway::GatewayResponse');
  expect(JSON.stringify(response?.properties['ResponseTemplates'])).toContain('https://app.example.com/docs/errors/');
});

it('writes nothing about the visitor into the access logs', () => {
  const formats = [
    (prod.one('AWS::ApiGatewayV2::Stage', 'VisitorApi').properties['AccessLogSettings'] as Properties)['Format'],
    (prod.one('AWS::ApiGateway::Stage', 'CustomerApi').properties['AccessLogSetting'] as Properties)['Format'],
  ];
  for (const format of formats) {
    expect(String(format)).toContain('$context.requestId');
    expect(String(format)).not.toMatch(/sourceIp|userAgent|identity|path|header|query|authorizer/i);
  }
});
