import type { Job, Mail } from '../core/accounts/outbox.ts';
import { erasureJobKey, mailJobKey } from './table.ts';

/** A mail nobody could send for a day is not sent any more. */
const MAIL_LIFETIME_S = 86_400;

export function jobItem(job: Job, nowMs: number) {
  switch (job.kind) {
    case 'mail':
      return {
        ...mailJobKey(job.id),
        kind: job.kind,
        mail: job.mail,
        ttl_s: Math.ceil(nowMs / 1_000) + MAIL_LIFETIME_S,
      };
    case 'erase-user':
      return { ...erasureJobKey(job.userId), kind: job.kind, user_id: job.userId, at_ms: nowMs };
    case 'erase-workspace':
      return { ...erasureJobKey(job.workspaceId), kind: job.kind, workspace_id: job.workspaceId, at_ms: nowMs };
  }
}

export function fromJobItem(item: Readonly<Record<string, unknown>>): Job {
  switch (item['kind']) {
    case 'mail':
      return { kind: 'mail', id: String(item['pk']).slice(mailJobKey('').pk.length), mail: item['mail'] as Mail };
    case 'erase-user':
      return { kind: 'erase-user', userId: String(item['user_id']) };
    case 'erase-workspace':
      return { kind: 'erase-workspace', workspaceId: String(item['workspace_id']) };
    default:
      throw new Error(`The outbox holds a job of the unknown kind ${String(item['kind'])}.`);
  }
}
