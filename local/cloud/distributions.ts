import type { Cloud, CloudResource } from './cloud.ts';
import { executeApiDomain } from './identity-table.ts';
import { type Properties, propertiesOf } from './properties.ts';

export type OriginPlan = {
  /** What answers; the physical name of an API or a bucket. */
  readonly from: { readonly kind: 'http-api' | 'rest-api' | 'bucket'; readonly name: string };
  /** `{name}.execute-api…` or `{name}.s3…`: what the request is for once CloudFront passes it on. */
  readonly domain: string;
  /** Put before the path on the way to the origin: the stage of a REST API, or empty. */
  readonly path: string;
  /** Lower-case names; added to each request, whatever the viewer sent. */
  readonly customHeaders: Readonly<Record<string, string>>;
};

export type ApiKind = Exclude<OriginPlan['from']['kind'], 'bucket'>;

export type BehaviorPlan = {
  /** `/i/*`; null is the default behavior. */
  readonly pathPattern: string | null;
  readonly origin: OriginPlan;
  readonly allowedMethods: ReadonlySet<string>;
  /** Source of the CloudFront Function that sees each request first, or null. */
  readonly viewerRequestCode: string | null;
  /** Headers that CloudFront puts on each answer (response headers policy), lower-case names. */
  readonly responseHeaders: readonly ResponseHeader[];
  /** Headers of the origin that CloudFront takes off, lower-case names. */
  readonly removedResponseHeaders: readonly string[];
};

export type ResponseHeader = { readonly name: string; readonly value: string; readonly override: boolean };

export type DistributionPlan = {
  readonly name: string;
  /** In order of precedence; the default behavior is last. */
  readonly behaviors: readonly BehaviorPlan[];
};

const TYPE = 'AWS::CloudFront::Distribution';

export const distributionsOf = (cloud: Cloud): readonly DistributionPlan[] =>
  cloud.ofType(TYPE).map((distribution) => {
    const config = distribution.properties.inner('DistributionConfig');
    const ordered = [...config.list('CacheBehaviors'), config.inner('DefaultCacheBehavior')];
    return { name: distribution.name, behaviors: ordered.map((behavior) => behaviorOf(behavior, config, cloud)) };
  });

/** The API that answers a distribution's default behavior: decides which door plays the distribution. */
export function apiBehind(distribution: CloudResource, cloud: Cloud): ApiKind {
  const config = distribution.properties.inner('DistributionConfig');
  const { kind } = behaviorOf(config.inner('DefaultCacheBehavior'), config, cloud).origin.from;
  if (kind === 'bucket') throw new Error(`${distribution.name}: a door of the laptop needs an API by default.`);
  return kind;
}

function behaviorOf(behavior: Properties, config: Properties, cloud: Cloud): BehaviorPlan {
  const originId = behavior.text('TargetOriginId');
  const origin = config.list('Origins').find((candidate) => candidate.text('Id') === originId);
  if (origin === undefined) throw new Error(`${config.where} has no origin ${originId}.`);
  const methods = behavior.texts('AllowedMethods');
  return {
    pathPattern: behavior.textOr('PathPattern', null),
    origin: originOf(origin, cloud),
    allowedMethods: new Set(methods.length > 0 ? methods : ['GET', 'HEAD']),
    viewerRequestCode: viewerRequestCodeOf(behavior, cloud),
    ...responseHeadersOf(behavior.textOr('ResponseHeadersPolicyId', null), cloud),
  };
}

const ORIGIN_KINDS: Readonly<Record<string, OriginPlan['from']['kind']>> = {
  'AWS::ApiGatewayV2::Api': 'http-api',
  'AWS::ApiGateway::RestApi': 'rest-api',
  'AWS::S3::Bucket': 'bucket',
};

const domainOf = (resource: CloudResource): string =>
  resource.type === 'AWS::S3::Bucket' ? resource.attribute('RegionalDomainName') : executeApiDomain(resource.name);

function originOf(origin: Properties, cloud: Cloud): OriginPlan {
  const domain = origin.text('DomainName');
  const resource = cloud.ofType(...Object.keys(ORIGIN_KINDS)).find((candidate) => domainOf(candidate) === domain);
  const kind = ORIGIN_KINDS[resource?.type ?? ''];
  if (resource === undefined || kind === undefined) {
    throw new Error(`${origin.where}: the laptop does not know the origin ${domain}.`);
  }
  const headers = origin.list('OriginCustomHeaders');
  return {
    from: { kind, name: resource.name },
    domain,
    path: origin.textOr('OriginPath', ''),
    customHeaders: Object.fromEntries(
      headers.map((header) => [header.text('HeaderName').toLowerCase(), header.text('HeaderValue')]),
    ),
  };
}

function viewerRequestCodeOf(behavior: Properties, cloud: Cloud): string | null {
  const associations = behavior.list('FunctionAssociations');
  const other = associations.find((association) => association.text('EventType') !== 'viewer-request');
  if (other !== undefined || behavior.list('LambdaFunctionAssociations').length > 0) {
    throw new Error(`${behavior.where}: the laptop runs CloudFront Functions on viewer-request only.`);
  }
  const arn = associations[0]?.text('FunctionARN');
  if (arn === undefined) return null;
  const resource = cloud.ofType('AWS::CloudFront::Function').find((candidate) => candidate.ref() === arn);
  if (resource === undefined) throw new Error(`${behavior.where}: no template has the CloudFront Function ${arn}.`);
  return resource.properties.text('FunctionCode');
}

type ResponseHeaders = Pick<BehaviorPlan, 'responseHeaders' | 'removedResponseHeaders'>;

function responseHeadersOf(policyId: string | null, cloud: Cloud): ResponseHeaders {
  const policy = cloud.ofType('AWS::CloudFront::ResponseHeadersPolicy').find(({ name }) => name === policyId);
  // None, or one that AWS manages: its id is a constant, its text is not in the template.
  if (policy === undefined) return { responseHeaders: [], removedResponseHeaders: [] };
  const config = policy.properties.inner('ResponseHeadersPolicyConfig');
  return {
    responseHeaders: [
      ...config.inner('CustomHeadersConfig').list('Items').map(customHeaderOf),
      ...securityHeadersOf(config.inner('SecurityHeadersConfig')),
    ],
    removedResponseHeaders: config
      .inner('RemoveHeadersConfig')
      .list('Items')
      .map((item) => item.text('Header').toLowerCase()),
  };
}

const customHeaderOf = (item: Properties): ResponseHeader => ({
  name: item.text('Header').toLowerCase(),
  value: item.text('Value'),
  override: item.flag('Override'),
});

const SECURITY_HEADERS: Readonly<Record<string, (member: Properties) => [name: string, value: string]>> = {
  ContentSecurityPolicy: (member) => ['content-security-policy', member.text('ContentSecurityPolicy')],
  ContentTypeOptions: () => ['x-content-type-options', 'nosniff'],
  FrameOptions: (member) => ['x-frame-options', member.text('FrameOption')],
  ReferrerPolicy: (member) => ['referrer-policy', member.text('ReferrerPolicy')],
  StrictTransportSecurity: (member) => [
    'strict-transport-security',
    `max-age=${member.text('AccessControlMaxAgeSec')}` +
      (member.flag('IncludeSubdomains') ? '; includeSubDomains' : '') +
      (member.flag('Preload') ? '; preload' : ''),
  ],
  XSSProtection: () => ['x-xss-protection', '1; mode=block'],
};

function securityHeadersOf(config: Properties): readonly ResponseHeader[] {
  return Object.entries(SECURITY_HEADERS).flatMap(([member, headerOf]) => {
    if (!config.has(member)) return [];
    const properties = propertiesOf(config.raw(member), `${config.where}.${member}`);
    const [name, value] = headerOf(properties);
    return [{ name, value, override: properties.flag('Override') }];
  });
}
