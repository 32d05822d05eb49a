import type { Cloud, CloudResource } from './cloud.ts';
import { functionNameOf } from './identities.ts';

export type HttpRoutePlan = {
  /** Upper-case method, or `ANY`. */
  readonly method: string;
  /** `/{code}`, or `$default`. */
  readonly path: string;
  readonly functionName: string;
  readonly timeoutMs: number;
};

export type HttpApiPlan = { readonly name: string; readonly routes: readonly HttpRoutePlan[] };

/** An HTTP API answers within 30 s, whatever its function's own limit. */
const LONGEST_TIMEOUT_MS = 30_000;

export const httpApisOf = (cloud: Cloud): readonly HttpApiPlan[] =>
  cloud.ofType('AWS::ApiGatewayV2::Api').map((api) => {
    if (api.properties.text('ProtocolType') !== 'HTTP') {
      throw new Error(`${api.properties.where}: the laptop plays HTTP APIs only.`);
    }
    const ofApi = (type: string): readonly CloudResource[] =>
      cloud.ofType(type).filter(({ properties }) => properties.text('ApiId') === api.name);
    const integrations = new Map(ofApi('AWS::ApiGatewayV2::Integration').map((one) => [one.ref(), one]));
    return { name: api.name, routes: ofApi('AWS::ApiGatewayV2::Route').map((route) => routeOf(route, integrations)) };
  });

function routeOf({ properties }: CloudResource, integrations: ReadonlyMap<string, CloudResource>): HttpRoutePlan {
  const key = properties.text('RouteKey');
  const integration = integrations.get(properties.text('Target').replace(/^integrations\//, ''))?.properties;
  // In an HTTP API the URI of a function's integration is the function's ARN itself.
  const functionName = functionNameOf(integration?.textOr('IntegrationUri', '') ?? '');
  if (functionName === null || integration?.text('PayloadFormatVersion') !== '2.0') {
    throw new Error(`${properties.where}: route "${key}" does not lead to a function with payload format 2.0.`);
  }
  const [method = '', path = ''] = key === '$default' ? ['ANY', '$default'] : key.split(' ');
  const timeoutMs = integration.numberOr('TimeoutInMillis', LONGEST_TIMEOUT_MS);
  return { method: method.toUpperCase(), path, functionName, timeoutMs };
}
