import { emailSha256 } from '../core/accounts/email.ts';
import type { ExportDeps } from '../core/accounts/export-data.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { allItemsOf } from './items-of.ts';
import {
  emailPartition,
  invitedKey,
  knownDeviceKey,
  memberKey,
  membershipKey,
  traceKey,
  userPartition,
  workspaceKey,
} from './table.ts';
import { fromMemberItem, fromWorkspaceItem } from './workspace-items.ts';

/** What lies in a person's two partitions: the one of the account and the one of the address. */
export function personalRecords(client: DocumentClient, table: string): ExportDeps['records'] {
  const membershipsOf = async (userId: string, workspaceIds: readonly string[]) => {
    const keys = workspaceIds.flatMap((id) => [memberKey(id, userId), workspaceKey(id)]);
    const items = await batchGet(client, table, keys, { consistent: true });
    const workspaces = items.filter(({ sk }) => sk === workspaceKey('').sk).map(fromWorkspaceItem);
    const members = items.filter(({ sk }) => sk !== workspaceKey('').sk).map(fromMemberItem);
    const byId = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
    return members
      .flatMap(({ workspaceId, role, joinedAtMs }) => {
        const workspace = byId.get(workspaceId);
        return workspace?.status === 'active' ? [{ workspace, role, joinedAtMs }] : [];
      })
      .toSorted((one, other) => (one.workspace.id < other.workspace.id ? -1 : 1));
  };

  return {
    async read(user, nowMs) {
      const [ofPerson, ofAddress] = await Promise.all([
        allItemsOf(client, table, userPartition(user.id)),
        allItemsOf(client, table, emailPartition(emailSha256(user.email))),
      ]);
      return {
        memberships: await membershipsOf(user.id, workspaceIdsUnder(ofPerson, membershipKey(user.id, '').sk)),
        tracedWorkspaceIds: workspaceIdsUnder(ofPerson, traceKey(user.id, '').sk),
        devices: stillThere(under(ofPerson, knownDeviceKey(user.id, '').sk), nowMs).map((item) => ({
          lastSignInAtMs: Number(item['last_sign_in_at_ms']),
          knownUntilMs: endOf(item),
        })),
        invitations: stillThere(under(ofAddress, invitedKey('', '').sk), nowMs).map((item) => ({
          workspaceId: String(item['workspace_id']),
          expiresAtMs: endOf(item),
        })),
      };
    },
  };
}

const under = (items: readonly Item[], prefix: string): readonly Item[] =>
  items.filter(({ sk }) => String(sk).startsWith(prefix));

/** The workspace is the end of the sort key. */
const workspaceIdsUnder = (items: readonly Item[], prefix: string): readonly string[] =>
  under(items, prefix).map(({ sk }) => String(sk).slice(prefix.length));

const endOf = (item: Item): number => Number(item['ttl_s']) * 1_000;
const stillThere = (items: readonly Item[], nowMs: number): readonly Item[] =>
  items.filter((item) => endOf(item) > nowMs);
