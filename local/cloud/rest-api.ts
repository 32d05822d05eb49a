import type { Cloud, CloudResource } from './cloud.ts';
import { functionNameOf } from './identities.ts';
import { rootResourceId } from './identity-table.ts';
import type { Properties } from './properties.ts';

export type AuthorizerPlan = {
  readonly functionName: string;
  /** `method.request.header.Authorization`: all must be present and not empty, or the answer is 401 without a call. */
  readonly identitySources: readonly string[];
  /** How long a policy is kept for the same identity; 0 asks each time. */
  readonly cacheS: number;
};

export type RestMethodPlan = {
  /** Upper-case method, or `ANY`. */
  readonly method: string;
  /** Full path template: `/v1/urls/{code}`. */
  readonly path: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  /** `responseTransferMode: STREAM`: the answer is passed on while it is made. */
  readonly streams: boolean;
  readonly authorizer: AuthorizerPlan | null;
};

export type GatewayResponsePlan = {
  readonly statusCode: number | null;
  /** Header name → value; a quoted value is literal, else it is a mapping expression. */
  readonly headers: Readonly<Record<string, string>>;
  /** Media type → template. */
  readonly templates: Readonly<Record<string, string>>;
};

export type RestApiPlan = {
  readonly name: string;
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly methods: readonly RestMethodPlan[];
  /** By response type: `UNAUTHORIZED`, `DEFAULT_4XX` … */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponsePlan>>;
  readonly binaryMediaTypes: readonly string[];
};

const LONGEST_TIMEOUT_MS = 29_000;
const DEFAULT_AUTHORIZER_CACHE_S = 300;

export const restApisOf = (cloud: Cloud): readonly RestApiPlan[] =>
  cloud.ofType('AWS::ApiGateway::RestApi').map((api) => {
    const ofApi = (type: string): readonly CloudResource[] =>
      cloud.ofType(type).filter(({ properties }) => properties.text('RestApiId') === api.name);
    const [stage, ...otherStages] = ofApi('AWS::ApiGateway::Stage');
    if (stage === undefined || otherStages.length > 0) {
      throw new Error(`${api.properties.where}: the laptop plays REST APIs with exactly one stage.`);
    }
    const pathOf = pathsOf(api.name, ofApi('AWS::ApiGateway::Resource'));
    const authorizers = new Map(ofApi('AWS::ApiGateway::Authorizer').map((one) => [one.ref(), authorizerOf(one)]));
    return {
      name: api.name,
      stageName: stage.properties.text('StageName'),
      stageVariables: stage.properties.textMap('Variables'),
      methods: ofApi('AWS::ApiGateway::Method').map((method) => methodOf(method, pathOf, authorizers)),
      gatewayResponses: Object.fromEntries(ofApi('AWS::ApiGateway::GatewayResponse').map(gatewayResponseOf)),
      binaryMediaTypes: api.properties.texts('BinaryMediaTypes'),
    };
  });

/** Full path of a resource id, from the tree of path parts. */
function pathsOf(apiName: string, resources: readonly CloudResource[]): (resourceId: string) => string {
  const rootId = rootResourceId(apiName);
  const byId = new Map(resources.map((resource) => [resource.ref(), resource]));
  const pathBelowRoot = (resourceId: string): string => {
    if (resourceId === rootId) return '';
    const resource = byId.get(resourceId);
    if (resource === undefined) throw new Error(`REST API ${apiName} has no resource ${resourceId}.`);
    return `${pathBelowRoot(resource.properties.text('ParentId'))}/${resource.properties.text('PathPart')}`;
  };
  return (resourceId) => pathBelowRoot(resourceId) || '/';
}

function methodOf(
  { properties }: CloudResource,
  pathOf: (resourceId: string) => string,
  authorizers: ReadonlyMap<string, AuthorizerPlan>,
): RestMethodPlan {
  const integration = properties.inner('Integration');
  const functionName = functionNameOf(integration.textOr('Uri', ''));
  if (integration.text('Type') !== 'AWS_PROXY' || functionName === null) {
    throw new Error(`${properties.where}: the laptop plays Lambda proxy integrations only.`);
  }
  if (properties.flag('ApiKeyRequired')) {
    throw new Error(`${properties.where}: the laptop knows no API Gateway keys.`);
  }
  return {
    method: properties.text('HttpMethod'),
    path: pathOf(properties.text('ResourceId')),
    functionName,
    timeoutMs: integration.numberOr('TimeoutInMillis', LONGEST_TIMEOUT_MS),
    streams: streamsOf(integration, properties.where),
    authorizer: authorizerOfMethod(properties, authorizers),
  };
}

/** Mode and URI must say the same: API Gateway refuses a method where they differ. */
function streamsOf(integration: Properties, where: string): boolean {
  const streams = integration.textOr('ResponseTransferMode', 'BUFFERED') === 'STREAM';
  if (streams !== integration.textOr('Uri', '').endsWith('/response-streaming-invocations')) {
    throw new Error(`${where}: its transfer mode is not that of its URI.`);
  }
  return streams;
}

function authorizerOfMethod(
  properties: Properties,
  authorizers: ReadonlyMap<string, AuthorizerPlan>,
): AuthorizerPlan | null {
  const type = properties.textOr('AuthorizationType', 'NONE');
  if (type === 'NONE') return null;
  const authorizer = authorizers.get(properties.textOr('AuthorizerId', ''));
  if (type === 'CUSTOM' && authorizer !== undefined) return authorizer;
  throw new Error(`${properties.where}: the laptop does not know its authorization (${type}).`);
}

function authorizerOf({ properties }: CloudResource): AuthorizerPlan {
  const functionName = functionNameOf(properties.textOr('AuthorizerUri', ''));
  if (properties.text('Type') !== 'REQUEST' || functionName === null) {
    throw new Error(`${properties.where}: the laptop knows REQUEST authorizers of functions only.`);
  }
  const identitySources = properties
    .textOr('IdentitySource', '')
    .split(',')
    .map((source) => source.trim())
    .filter((source) => source !== '');
  return {
    functionName,
    identitySources,
    cacheS: properties.numberOr('AuthorizerResultTtlInSeconds', DEFAULT_AUTHORIZER_CACHE_S),
  };
}

function gatewayResponseOf({ properties }: CloudResource): [string, GatewayResponsePlan] {
  const headers = Object.entries(properties.textMap('ResponseParameters')).map(([parameter, value]) => {
    const name = parameter.replace(/^gatewayresponse\.header\./, '');
    return [name, value] as const;
  });
  const statusCode = properties.textOr('StatusCode', null);
  return [
    properties.text('ResponseType'),
    {
      statusCode: statusCode === null ? null : Number(statusCode),
      headers: Object.fromEntries(headers),
      templates: properties.textMap('ResponseTemplates'),
    },
  ];
}
