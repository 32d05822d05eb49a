import type { AccessTokenVerifier } from './access-token.ts';
import { verifyAccessToken } from './access-token.ts';
import type { ApiKey } from './api-key.ts';
import { hashApiKey, isWellFormedApiKey } from './api-key.ts';
import type { CallerWorkspace, Identity } from './caller.ts';
import { permissionsOfPerson, permissionsOfRole, permissionsOfScopes } from './permissions.ts';
import type { Session } from './session.ts';
import { isAlive } from './session.ts';
import type { User } from './user.ts';
import type { Member, Workspace } from './workspace.ts';

/** What of a person decides what they may do. */
export type Person = Pick<User, 'id' | 'status' | 'isAdmin' | 'personalWorkspaceId' | 'preferences'>;

export type CredentialStore = {
  findApiKey(secretSha256Hex: string): Promise<ApiKey | null>;
  findSession(userId: string, sessionId: string): Promise<Session | null>;
  findPerson(userId: string): Promise<Person | null>;
  findWorkspace(workspaceId: string): Promise<Workspace | null>;
  findMember(workspaceId: string, userId: string): Promise<Member | null>;
  /** Writes down a use unless a later one was; what is not there any more stays away. */
  noteApiKeyUse(secretSha256Hex: string, atMs: number): Promise<void>;
  noteSessionUse(userId: string, sessionId: string, atMs: number): Promise<void>;
};

export type AuthenticateDeps = {
  readonly store: CredentialStore;
  readonly accessTokens: AccessTokenVerifier;
  readonly nowMs: () => number;
};

/** What a call comes with: a token in the `Authorization` header or in the cookie. */
export type ShownCredential = { readonly credential: Identity['credential']; readonly token: string };

/** "Last used" is a date for people: a write a minute or five is enough for it. */
const API_KEY_USE_MS = 60_000;
const SESSION_USE_MS = 300_000;

/**
 * Who calls, or null where that is not to be believed. `workspaceId` is the workspace the call names, if it does. Tokens
 * say who somebody is; whether they still are somebody, the store is asked each time. A malformed token costs no read.
 */
export function authenticate(
  deps: AuthenticateDeps,
  shown: ShownCredential,
  workspaceId: string | null,
): Promise<Identity | null> {
  const isApiKey = shown.credential === 'bearer' && isWellFormedApiKey(shown.token);
  return isApiKey ? byApiKey(deps, shown.token, workspaceId) : byAccessToken(deps, shown, workspaceId);
}

async function byApiKey(
  { store, nowMs }: AuthenticateDeps,
  text: string,
  workspaceId: string | null,
): Promise<Identity | null> {
  const hash = hashApiKey(text);
  const key = await store.findApiKey(hash);
  if (key === null || (key.expiresAtMs !== null && key.expiresAtMs <= nowMs())) return null;
  const workspace = await store.findWorkspace(key.workspaceId);
  if (workspace?.status !== 'active') return null;
  // A key acts for its workspace's owner: with them it is suspended.
  const [owner] = await Promise.all([
    store.findPerson(workspace.ownerId),
    noteUse(key.lastUsedAtMs, API_KEY_USE_MS, nowMs(), (atMs) => store.noteApiKeyUse(hash, atMs)),
  ]);
  if (owner?.status !== 'active') return null;
  const isElsewhere = workspaceId !== null && workspaceId !== workspace.id;
  return {
    principal: { kind: 'key', keyId: key.id },
    credential: 'bearer',
    workspace: isElsewhere ? null : { id: workspace.id, plan: workspace.plan, role: null },
    permissions: isElsewhere ? [] : permissionsOfScopes(key.scopes),
  };
}

async function byAccessToken(
  { store, accessTokens, nowMs }: AuthenticateDeps,
  { credential, token }: ShownCredential,
  workspaceId: string | null,
): Promise<Identity | null> {
  const subject = await verifyAccessToken(accessTokens, token);
  if (subject === null) return null;
  const { userId, sessionId } = subject;
  const [session, person] = await Promise.all([store.findSession(userId, sessionId), store.findPerson(userId)]);
  if (session === null || !isAlive(session, nowMs()) || person?.status !== 'active') return null;
  const [workspace] = await Promise.all([
    workspaceId === null ? usualWorkspaceOf(store, person) : workspaceOf(store, userId, workspaceId),
    noteUse(session.lastUsedAtMs, SESSION_USE_MS, nowMs(), (atMs) => store.noteSessionUse(userId, sessionId, atMs)),
  ]);
  return {
    principal: { kind: 'user', userId, sessionId },
    credential,
    workspace,
    permissions: [
      ...permissionsOfPerson(person.isAdmin),
      ...(workspace === null ? [] : permissionsOfRole(workspace.role)),
    ],
  };
}

/** Where a call that names no workspace goes. One that was preferred may be deleted or left since. */
async function usualWorkspaceOf(store: CredentialStore, person: Person): ReturnType<typeof workspaceOf> {
  const { defaultWorkspaceId } = person.preferences;
  const preferred = defaultWorkspaceId === null ? null : await workspaceOf(store, person.id, defaultWorkspaceId);
  return preferred ?? workspaceOf(store, person.id, person.personalWorkspaceId);
}

/** Ids as we make them; no other text is worth a read. */
const WORKSPACE_ID = /^ws_[0-9a-z]{1,40}$/;

/** Null where the person is no member, and where there is no such workspace: nobody learns which. */
async function workspaceOf(
  store: CredentialStore,
  userId: string,
  workspaceId: string,
): Promise<(CallerWorkspace & Pick<Member, 'role'>) | null> {
  if (!WORKSPACE_ID.test(workspaceId)) return null;
  const [workspace, member] = await Promise.all([
    store.findWorkspace(workspaceId),
    store.findMember(workspaceId, userId),
  ]);
  if (workspace?.status !== 'active' || member === null) return null;
  return { id: workspace.id, plan: workspace.plan, role: member.role };
}

/** Nobody's call fails because a date could not be written. */
async function noteUse(
  lastUsedAtMs: number | null,
  everyMs: number,
  nowMs: number,
  write: (atMs: number) => Promise<void>,
): Promise<void> {
  if (lastUsedAtMs !== null && lastUsedAtMs + everyMs > nowMs) return;
  try {
    await write(nowMs);
  } catch {
    // The next call that is due writes it.
  }
}
