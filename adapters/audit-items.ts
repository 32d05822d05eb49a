import type { Actor, AuditAction, AuditEntry } from '../core/accounts/audit.ts';
import { auditKey } from './table.ts';

export const auditItem = (entry: AuditEntry) => ({
  ...auditKey(entry.workspaceId, entry.id),
  id: entry.id,
  workspace_id: entry.workspaceId,
  at_ms: entry.atMs,
  actor: entry.actor,
  action: entry.action,
  target: entry.target,
  details: entry.details,
});

export const fromAuditItem = (item: Readonly<Record<string, unknown>>): AuditEntry => ({
  id: String(item['id']),
  workspaceId: String(item['workspace_id']),
  atMs: Number(item['at_ms']),
  actor: item['actor'] as Actor,
  action: item['action'] as AuditAction,
  target: typeof item['target'] === 'string' ? item['target'] : null,
  details: item['details'] as AuditEntry['details'],
});
