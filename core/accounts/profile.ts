import { Failure, validationFailed } from '../errors.ts';
import { couldBeId } from '../sortable-id.ts';
import type { Preferences, User } from './user.ts';
import type { UserStore } from './user-store.ts';

/** What people decide about themselves, without showing their password. */
export type ProfileChanges = { readonly name?: string; readonly preferences?: Preferences };

export type ProfileStore = {
  /** Changes these and no other attribute, if the version is still `user.version` and the account active. */
  change(user: User, changes: ProfileChanges, atMs: number): Promise<'changed' | 'conflict'>;
  /** Whether the person is a member of the workspace and it is active. */
  isMember(userId: string, workspaceId: string): Promise<boolean>;
};

export type ProfileDeps = {
  readonly users: Pick<UserStore, 'find'>;
  readonly profiles: ProfileStore;
  readonly nowMs: () => number;
};

/** Whose profile, and the version of an `If-Match`; null where the caller does not insist on one. */
export type ProfileRequest = { readonly userId: string; readonly expected: number | null };

const MAX_ATTEMPTS = 5;

/** The person who calls. Throws UNAUTHENTICATED where the account was closed a moment ago. */
export async function ownProfile({ users }: Pick<ProfileDeps, 'users'>, userId: string): Promise<User> {
  const user = await users.find(userId);
  if (user?.status !== 'active') throw new Failure('UNAUTHENTICATED');
  return user;
}

/** Throws VERSION_CONFLICT or UNAUTHENTICATED. */
export const changeProfile = (deps: ProfileDeps, request: ProfileRequest, changes: { name?: string }): Promise<User> =>
  change(deps, request, changes);

/** Replaces all preferences. Throws VALIDATION_FAILED for a workspace that is not theirs, VERSION_CONFLICT or UNAUTHENTICATED. */
export async function replacePreferences(
  deps: ProfileDeps,
  request: ProfileRequest,
  preferences: Preferences,
): Promise<User> {
  const { defaultWorkspaceId } = preferences;
  if (defaultWorkspaceId !== null && !(await isTheirs(deps, request.userId, defaultWorkspaceId))) {
    const message = 'Must be a workspace you are a member of.';
    throw validationFailed([{ path: 'default_workspace_id', code: 'not_a_member', message }]);
  }
  return change(deps, request, { preferences });
}

const isTheirs = async ({ profiles }: ProfileDeps, userId: string, workspaceId: string): Promise<boolean> =>
  couldBeId('ws', workspaceId) && profiles.isMember(userId, workspaceId);

/** A caller with If-Match is told of a race; one without meant "whatever it is now". */
async function change(deps: ProfileDeps, { userId, expected }: ProfileRequest, changes: ProfileChanges): Promise<User> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const user = await ownProfile(deps, userId);
    if (expected !== null && user.version !== expected)
      throw new Failure('VERSION_CONFLICT', { current_version: user.version });
    const atMs = deps.nowMs();
    if ((await deps.profiles.change(user, changes, atMs)) === 'changed')
      return { ...user, ...changes, version: user.version + 1, updatedAtMs: atMs };
  }
  throw new Failure('VERSION_CONFLICT', {}, { detail: 'The account is being changed by many at once; try again.' });
}
