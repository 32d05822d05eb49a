import { invalidCursor } from '../errors.ts';
import type { Link } from '../links/link.ts';
import type { LinkStore, ListFilter } from '../links/link-store.ts';
import type { ApiKey } from './api-key.ts';
import type { ApiKeyStore } from './api-keys.ts';
import { MAX_API_KEYS } from './api-keys.ts';
import type { AuditEntry } from './audit.ts';
import type { AuditLog } from './audit-log.ts';
import type { Role } from './permissions.ts';
import { ownProfile } from './profile.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './session-store.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';
import type { Workspace } from './workspace.ts';

export type Membership = { readonly workspace: Workspace; readonly role: Role; readonly joinedAtMs: number };

/** What else lies under a person's id and address: never a hash, never a token. */
export type PersonalRecord = {
  /** Of active workspaces, in the order of their ids. */
  readonly memberships: readonly Membership[];
  /** Workspaces in whose audit logs the person may stand. */
  readonly tracedWorkspaceIds: readonly string[];
  /** Browsers that are known by their cookie, until when. */
  readonly devices: readonly { readonly lastSignInAtMs: number; readonly knownUntilMs: number }[];
  readonly invitations: readonly { readonly workspaceId: string; readonly expiresAtMs: number }[];
};

export type ExportDeps = {
  readonly users: Pick<UserStore, 'find'>;
  readonly sessions: Pick<SessionStore, 'list'>;
  readonly records: { read(user: User, nowMs: number): Promise<PersonalRecord> };
  readonly apiKeys: Pick<ApiKeyStore, 'list'>;
  readonly audit: AuditLog;
  readonly links: Pick<LinkStore, 'list'>;
  readonly nowMs: () => number;
};

export type ExportedPerson = PersonalRecord & {
  readonly user: User;
  readonly sessions: readonly Session[];
  readonly apiKeys: readonly ApiKey[];
  readonly auditEntries: readonly AuditEntry[];
  /** Whether these are all; the audit log of each workspace has the others. */
  readonly auditEntriesAreAll: boolean;
};

/** Where the links go on: in this workspace, behind the store's key (null where it begins). */
export type LinksPosition = { readonly workspaceId: string; readonly key: string | null };

export type ExportPage = {
  /** On the first page only. */
  readonly person: ExportedPerson | null;
  readonly links: readonly Link[];
  readonly next: LinksPosition | null;
};

/** A link has 8 KB of target and 15 KB at the very most, so a page stays below 5 MB. */
export const LINKS_PER_PAGE = 200;
const ENTRIES_PER_WORKSPACE = 100;
const MAX_WORKSPACES_SEARCHED = 100;

/**
 * Everything that is stored about a person, in pages: first the person, and page by page the links of the workspaces
 * they own. Throws UNAUTHENTICATED, or VALIDATION_FAILED for a position that is not theirs.
 */
export async function exportData(
  deps: ExportDeps,
  userId: string,
  position: LinksPosition | null,
): Promise<ExportPage> {
  const user = await ownProfile(deps, userId);
  const record = await deps.records.read(user, deps.nowMs());
  const ownedIds = record.memberships.filter(({ role }) => role === 'owner').map(({ workspace }) => workspace.id);
  if (position !== null && !ownedIds.includes(position.workspaceId)) throw invalidCursor();
  const start = position ?? startOf(ownedIds[0]);
  const [person, { links, next }] = await Promise.all([
    position === null ? exportedPerson(deps, user, record, ownedIds) : null,
    readLinks(deps, ownedIds, start),
  ]);
  return { person, links, next };
}

async function exportedPerson(
  deps: ExportDeps,
  user: User,
  record: PersonalRecord,
  ownedIds: readonly string[],
): Promise<ExportedPerson> {
  const [sessions, keys, audits] = await Promise.all([
    deps.sessions.list(user.id, deps.nowMs()),
    Promise.all(ownedIds.map((id) => deps.apiKeys.list(id, MAX_API_KEYS, null))),
    Promise.all(record.tracedWorkspaceIds.slice(0, MAX_WORKSPACES_SEARCHED).map((id) => entriesOf(deps, id, user.id))),
  ]);
  const isSearchedWhole = record.tracedWorkspaceIds.length <= MAX_WORKSPACES_SEARCHED;
  return {
    ...record,
    user,
    sessions,
    apiKeys: keys.flatMap(({ items }) => items),
    auditEntries: audits.flatMap(({ items }) => items),
    auditEntriesAreAll: isSearchedWhole && audits.every(({ cursor }) => cursor === null),
  };
}

const entriesOf = ({ audit }: ExportDeps, workspaceId: string, userId: string) =>
  audit.list(workspaceId, { action: null, actorId: userId }, ENTRIES_PER_WORKSPACE, null);

const ALL_LINKS: ListFilter = {
  tag: null,
  search: null,
  status: null,
  createdAfter: null,
  createdBefore: null,
  externalId: null,
};

/** Goes through the workspaces from a position on until there is a page of links. */
async function readLinks(
  deps: ExportDeps,
  ownedIds: readonly string[],
  start: LinksPosition | null,
): Promise<{ readonly links: readonly Link[]; readonly next: LinksPosition | null }> {
  const links: Link[] = [];
  let position = start;
  while (position !== null && links.length < LINKS_PER_PAGE) {
    const { workspaceId, key }: LinksPosition = position;
    const page = await deps.links.list(workspaceId, ALL_LINKS, LINKS_PER_PAGE - links.length, key, deps.nowMs());
    links.push(...page.items);
    position =
      page.cursor === null ? startOf(ownedIds[ownedIds.indexOf(workspaceId) + 1]) : { workspaceId, key: page.cursor };
  }
  return { links, next: position };
}

const startOf = (workspaceId: string | undefined): LinksPosition | null =>
  workspaceId === undefined ? null : { workspaceId, key: null };
