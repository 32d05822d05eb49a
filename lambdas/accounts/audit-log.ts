import type { AuditEntry } from '../../core/accounts/audit.ts';
import type { AuditLog } from '../../core/accounts/audit-log.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { AccountsRoute } from './context.ts';
import type { AuditAnswer } from './workspace-schemas.ts';
import { auditQuery } from './workspace-schemas.ts';

export type AuditLogDeps = { readonly audit: AuditLog };

export const listAuditLog: AccountsRoute<AuditLogDeps> = async ({ deps, request }) => {
  const { workspaceId } = callerOf(request);
  const query = parseMembers(auditQuery, request.query);
  const list = { name: 'audit-log', ownerId: workspaceId, idPrefix: 'evt' } as const;
  const filter = { action: query.action ?? null, actorId: query.actor ?? null };
  const page = await deps.audit.list(workspaceId, filter, limitOf(query), afterIdOf(query, list));
  return jsonAnswer(200, pageOf(page, list, toAnswer));
};

const toAnswer = ({ id, atMs, actor, action, target, details }: AuditEntry): AuditAnswer => ({
  id,
  at: new Date(atMs).toISOString(),
  actor: { kind: actor.kind, id: 'id' in actor ? actor.id : null },
  action,
  target,
  details: { ...details },
});
