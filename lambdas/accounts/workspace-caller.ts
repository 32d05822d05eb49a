import type { Caller } from '../../core/accounts/caller.ts';
import { Failure } from '../../core/errors.ts';
import { callerOf } from '../http.ts';
import type { HttpRequest } from '../request.ts';

/** The caller in the workspace that the path names. Any other than the authorizer let them into does not exist for them. */
export function callerInPath(request: HttpRequest): Caller {
  const caller = callerOf(request);
  if (caller.workspaceId !== request.params['workspace_id']) throw new Failure('WORKSPACE_NOT_FOUND');
  return caller;
}
