import { createContext, Script } from 'node:vm';

/** The part of a request that a CloudFront Function sees and may change: path and headers, names in lower case. */
export type EdgeFunctionRequest = {
  method: string;
  uri: string;
  headers: Record<string, { value: string }>;
  /** Always empty here: the laptop sends the query and the cookies on as they came. */
  readonly querystring: object;
  readonly cookies: object;
};

export type EdgeFunctionResponse = { readonly statusCode: number; readonly headers?: EdgeFunctionRequest['headers'] };
export type EdgeFunction = (
  request: EdgeFunctionRequest,
  viewerIp: string,
) => EdgeFunctionRequest | EdgeFunctionResponse;

const NOTHING = Object.freeze({});
export const EMPTY_QUERY_AND_COOKIES = { querystring: NOTHING, cookies: NOTHING } as const;

/** Compiles a viewer-request function as CloudFront runs it: no modules, no timers, no network, `handler(event)`. */
export function compileEdgeFunction(code: string, distributionName: string): EdgeFunction {
  const realm = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  const script = new Script(`${code}\n;handler;`, { filename: `${distributionName}.viewer-request.js` });
  const handler: unknown = script.runInContext(realm);
  if (typeof handler !== 'function') throw new Error(`The CloudFront Function of ${distributionName} has no handler.`);
  const context = { distributionId: distributionName, eventType: 'viewer-request' };
  return (request, viewerIp) => {
    const event = { version: '1.0', context, viewer: { ip: viewerIp }, request };
    return handler(event) as EdgeFunctionRequest | EdgeFunctionResponse;
  };
}
