import type { Page } from '../links/link-store.ts';
import type { AuditEntry } from './audit.ts';
import type { Job } from './outbox.ts';
import type { Invite, Member } from './workspace.ts';

/** Open invites. An address has at most one in each workspace: a new one takes the place of the former. */
export type InviteStore = {
  find(workspaceId: string, inviteId: string): Promise<Invite | null>;
  /** In the order of their ids, without those that are over at `nowMs`. */
  list(workspaceId: string, limit: number, afterInviteId: string | null, nowMs: number): Promise<Page<Invite>>;
  /**
   * In one transaction with its mail. Members and open invites together never are more than MAX_SEATS (`full`).
   * `inviteeId` is who has the address, if anybody. Repeated by the same request, it is the invite that was made.
   */
  offer(
    invite: Invite,
    inviteeId: string | null,
    entry: AuditEntry,
    mail: Job,
  ): Promise<'offered' | 'gone' | 'already_member' | 'full'>;
  revoke(invite: Invite, entry: AuditEntry): Promise<'revoked' | 'gone' | 'no_invite'>;
  /**
   * Turns the invite into a member: exactly one of any number of parallel calls. `refused`: there is no such invite any
   * more, or no such workspace, or the person is not active or has another address by now.
   */
  accept(invite: Invite, member: Member, entry: AuditEntry): Promise<'accepted' | 'already_member' | 'refused'>;
};
