import type { UsersDeps } from '../../core/accounts/administer-users.ts';
import type { ApiKeyDeps } from '../../core/accounts/api-keys.ts';
import type { ClosingDeps } from '../../core/accounts/delete-account.ts';
import type { ExportDeps } from '../../core/accounts/export-data.ts';
import type { ProfileDeps } from '../../core/accounts/profile.ts';
import type { UsageDeps } from '../../core/accounts/usage.ts';
import { createApiKey, listApiKeys, revokeAllApiKeys, revokeApiKey } from './api-keys.ts';
import type { AccountsRoutes } from './context.ts';
import { deleteAccount } from './delete-account.ts';
import { exportData } from './export-data.ts';
import { readPreferences, replacePreferences } from './preferences.ts';
import { changeProfile, readProfile } from './profile.ts';
import type { SessionsDeps } from './sessions.ts';
import { endAllSessions, endSession, listSessions } from './sessions.ts';
import { readUsage } from './usage.ts';
import { changeUser, listUsers, readUser } from './users.ts';

export type PersonalDeps = ProfileDeps & ClosingDeps & ExportDeps & SessionsDeps & UsersDeps & UsageDeps & ApiKeyDeps;

/** What is one person's own, what administrators do, and the keys of a workspace. */
export const PERSONAL_ROUTES: AccountsRoutes<PersonalDeps> = {
  'GET /v1/users/me': readProfile,
  'PATCH /v1/users/me': changeProfile,
  'DELETE /v1/users/me': deleteAccount,
  'GET /v1/users/me/preferences': readPreferences,
  'PUT /v1/users/me/preferences': replacePreferences,
  'GET /v1/users/me/export': exportData,
  'GET /v1/sessions': listSessions,
  'DELETE /v1/sessions': endAllSessions,
  'DELETE /v1/sessions/{session_id}': endSession,
  'GET /v1/users': listUsers,
  'GET /v1/users/{user_id}': readUser,
  'PUT /v1/users/{user_id}': changeUser,
  'GET /v1/workspaces/{workspace_id}/usage': readUsage,
  'GET /v1/api-keys': listApiKeys,
  'POST /v1/api-keys': createApiKey,
  'DELETE /v1/api-keys': revokeAllApiKeys,
  'DELETE /v1/api-keys/{key_id}': revokeApiKey,
};
