import type * as z from 'zod/mini';
import type { AuditEntry } from '../../core/accounts/audit.ts';
import type { ExportDeps, ExportedPerson, LinksPosition, Membership } from '../../core/accounts/export-data.ts';
import { exportData as collect } from '../../core/accounts/export-data.ts';
import { invalidCursor } from '../../core/errors.ts';
import type { Link } from '../../core/links/link.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { toUserAnswer } from '../auth/schemas.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { parseMembers } from '../json-body.ts';
import { toAnswer } from '../links/link-body.ts';
import { decodeCursor, encodeCursor } from '../links/list-cursor.ts';
import { toApiKeyAnswer } from './api-keys.ts';
import type { AccountsRoute } from './context.ts';
import type { exportAnswer } from './export-schemas.ts';
import { exportQuery } from './export-schemas.ts';
import { toPreferencesAnswer } from './preferences.ts';
import { toSessionAnswer } from './sessions.ts';

/** Everything that is stored about the person who asks, as a file. Links follow page by page, by `next_cursor`. */
export const exportData: AccountsRoute<ExportDeps> = async ({ deps, request }) => {
  const { userId, sessionId } = personOf(request);
  const { cursor } = parseMembers(exportQuery, request.query);
  const page = await collect(deps, userId, readPosition(cursor));
  const answer: z.infer<typeof exportAnswer> = {
    exported_at: new Date(deps.nowMs()).toISOString(),
    ...(page.person === null ? {} : { person: toPerson(page.person, sessionId) }),
    links: page.links.map((link) => toExportedLink(link, request.shortOrigin)),
    next_cursor: writePosition(page.next),
  };
  return jsonAnswer(200, answer, { 'content-disposition': 'attachment; filename="signpost-export.json"' });
};

/** The workspace, and the cursor of the list of its links. */
const writePosition = (position: LinksPosition | null): string | null =>
  position === null
    ? null
    : `${position.workspaceId}.${encodeCursor({ phase: 'by_date', key: position.key }, position.workspaceId)}`;

function readPosition(text: string | undefined): LinksPosition | null {
  if (text === undefined) return null;
  const [workspaceId = '', cursor] = text.split('.');
  const position = couldBeId('ws', workspaceId) ? decodeCursor(cursor, workspaceId, '-created_at') : null;
  if (position === null) throw invalidCursor();
  return { workspaceId, key: position.key };
}

const timeOf = (atMs: number): string => new Date(atMs).toISOString();

const toPerson = (person: ExportedPerson, sessionId: string) => ({
  profile: toUserAnswer(person.user),
  password_changed_at: timeOf(person.user.passwordChangedAtMs),
  preferences: toPreferencesAnswer(person.user.preferences),
  sessions: person.sessions.map((session) => toSessionAnswer(session, sessionId)),
  known_devices: person.devices.map(({ lastSignInAtMs, knownUntilMs }) => ({
    last_sign_in_at: timeOf(lastSignInAtMs),
    known_until: timeOf(knownUntilMs),
  })),
  memberships: person.memberships.map(toMembership),
  invitations: person.invitations.map(({ workspaceId, expiresAtMs }) => ({
    workspace_id: workspaceId,
    expires_at: timeOf(expiresAtMs),
  })),
  api_keys: person.apiKeys.map((key) => ({ workspace_id: key.workspaceId, ...toApiKeyAnswer(key) })),
  audit_entries: person.auditEntries.map(toAuditEntry),
  audit_entries_are_all: person.auditEntriesAreAll,
});

const toMembership = ({ workspace, role, joinedAtMs }: Membership) => ({
  workspace_id: workspace.id,
  workspace_name: workspace.name,
  plan: workspace.plan,
  role,
  joined_at: timeOf(joinedAtMs),
});

const toAuditEntry = ({ id, workspaceId, atMs, action, target, details }: AuditEntry) => ({
  id,
  workspace_id: workspaceId,
  action,
  target,
  details: { ...details },
  created_at: timeOf(atMs),
});

/** As the API answers it, but for the clicks: those are its visitors'. */
function toExportedLink(link: Link, shortOrigin: string) {
  const { clicks: _clicks, ...answer } = toAnswer(link, 0, shortOrigin);
  return { workspace_id: link.workspaceId, ...answer };
}
