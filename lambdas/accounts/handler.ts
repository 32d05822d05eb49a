import { Failure } from '../../core/errors.ts';
import type { Handle } from '../http.ts';

/** Profiles, sessions, workspaces, members, API keys and the audit log. */
export const accountsHandler = (): Handle => async () => {
  throw new Failure('NOT_FOUND');
};
