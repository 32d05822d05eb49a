import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { AuthenticateDeps } from '../core/accounts/authenticate.ts';
import type { Permission } from '../core/accounts/permissions.ts';
import { whoCalls } from './who-calls.ts';

/** Asks again whether the caller of a stream may have it: with the second that answers are believed for, it ends within two. */
export const AUTHENTICATION_MS = 1_000;

export const stillMay =
  (deps: AuthenticateDeps, event: APIGatewayProxyEvent, workspaceId: string, permission: Permission) =>
  async (): Promise<boolean> => {
    const identity = await whoCalls(deps, event);
    return identity?.workspace?.id === workspaceId && identity.permissions.includes(permission);
  };

/** True once in so many milliseconds, for the first time after the first of them. */
export function every(intervalMs: number, nowMs: () => number): () => boolean {
  let dueMs = nowMs() + intervalMs;
  return () => {
    if (nowMs() < dueMs) return false;
    dueMs = nowMs() + intervalMs;
    return true;
  };
}
