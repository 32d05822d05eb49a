import type { Actor, AuditEntry } from '../accounts/audit.ts';
import { newAuditEntry } from '../accounts/audit-log.ts';
import { Failure } from '../errors.ts';
import { couldBeCode } from './alias.ts';
import type { CreateDeps } from './create-link.ts';
import { checkTarget } from './create-link.ts';
import type { Link, LinkSettings } from './link.ts';

/** Members that are present are changed; `isActive` switches the link on or off. */
export type LinkChanges = Partial<LinkSettings> & { readonly isActive?: boolean };

/** The version of an `If-Match`, or null when the caller does not insist. */
export type ExpectedVersion = number | null;

const MAX_ATTEMPTS = 5;

/** Which link is to be changed, and by whom. */
export type ChangeRequest = {
  readonly workspaceId: string;
  readonly code: string;
  readonly actor: Actor;
  readonly expected: ExpectedVersion;
};

/** Changes a link of the workspace. Throws URL_NOT_FOUND, VERSION_CONFLICT, INVALID_URL or URL_BLOCKED. */
export async function changeLink(deps: CreateDeps, request: ChangeRequest, changes: LinkChanges): Promise<Link> {
  const { isActive, ...settings } = changes;
  const checked =
    settings.targetUrl === undefined
      ? settings
      : { ...settings, targetUrl: await checkTarget(deps, settings.targetUrl) };
  const alter = (link: Link): Link => ({
    ...link,
    ...checked,
    status: isActive === undefined ? link.status : isActive ? 'active' : 'disabled',
  });
  return replace(deps, request, alter, { action: 'link.changed', details: { changed: namesOf(changes) } });
}

/** Deletes a link: a tombstone stays, so the code is never anybody else's. Throws URL_NOT_FOUND or VERSION_CONFLICT. */
export async function deleteLink(deps: CreateDeps, request: ChangeRequest): Promise<void> {
  await replace(deps, request, (link) => ({ ...link, status: 'deleted' }), { action: 'link.deleted', details: {} });
}

/** Members as the API calls them: what the audit log says of a change, never the values. */
const MEMBER_NAMES: Readonly<Record<keyof LinkChanges, string>> = {
  targetUrl: 'original_url',
  isActive: 'is_active',
  expiresAtMs: 'expires_at',
  maxClicks: 'max_clicks',
  password: 'password',
  title: 'title',
  tags: 'tags',
  externalId: 'external_id',
  redirectStatus: 'redirect_status',
  forwardQuery: 'forward_query',
};

const namesOf = (changes: LinkChanges): string =>
  (Object.keys(MEMBER_NAMES) as (keyof LinkChanges)[])
    .filter((name) => changes[name] !== undefined)
    .map((name) => MEMBER_NAMES[name])
    .join(', ');

/** The link, if it is this workspace's and not deleted: another's link looks the same as none. Throws URL_NOT_FOUND. */
export async function ownLink(
  deps: { readonly store: Pick<CreateDeps['store'], 'find'>; readonly rules: Pick<CreateDeps['rules'], 'domain'> },
  workspaceId: string,
  code: string,
): Promise<Link> {
  const link = couldBeCode(code) ? await deps.store.find(deps.rules.domain, code) : null;
  if (link === null || link.workspaceId !== workspaceId || link.status === 'deleted')
    throw new Failure('URL_NOT_FOUND');
  return link;
}

/** A caller with If-Match is told of a race; one without meant "whatever it is now", so the change is made again on top. */
async function replace(
  deps: CreateDeps,
  { workspaceId, code, actor, expected }: ChangeRequest,
  alter: (link: Link) => Link,
  audit: Pick<AuditEntry, 'action' | 'details'>,
): Promise<Link> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const former = await ownLink(deps, workspaceId, code);
    if (expected !== null && former.version !== expected)
      throw new Failure('VERSION_CONFLICT', { current_version: former.version });
    const changed = { ...alter(former), version: former.version + 1, updatedAtMs: deps.nowMs() };
    const entry = newAuditEntry(deps, { ...audit, workspaceId, actor, target: code });
    if ((await deps.store.change(former, changed, entry)) === 'changed') return changed;
  }
  throw new Failure('VERSION_CONFLICT', {}, { detail: 'The link is being changed by many at once; try again.' });
}
