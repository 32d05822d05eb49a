import { VIEWER_REQUEST_CODE } from '../../../lib/constructs/viewer-request.ts';
import type { BehaviorPlan } from '../../../local/cloud/distributions.ts';
import { executeApiDomain } from '../../../local/cloud/identity-table.ts';

/** The default behavior of a distribution before an HTTP API, as Signpost's templates have it. */
export const behavior: BehaviorPlan = {
  pathPattern: null,
  origin: {
    from: { kind: 'http-api', name: 'Api' },
    domain: executeApiDomain('Api'),
    path: '',
    customHeaders: { 'x-origin-verify': 'secret' },
  },
  allowedMethods: new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']),
  viewerRequestCode: VIEWER_REQUEST_CODE,
  responseHeaders: [
    { name: 'x-frame-options', value: 'DENY', override: false },
    { name: 'x-content-type-options', value: 'nosniff', override: true },
  ],
  removedResponseHeaders: ['server'],
};
