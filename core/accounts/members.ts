import { Failure } from '../errors.ts';
import type { Page } from '../links/link-store.ts';
import type { AuditAction } from './audit.ts';
import { actorOf } from './audit.ts';
import type { AuditDeps } from './audit-log.ts';
import { newAuditEntry } from './audit-log.ts';
import type { Caller } from './caller.ts';
import type { GivenRole, MemberStore, PeopleStore, PersonName } from './member-store.ts';
import type { Member } from './workspace.ts';

export type MemberDeps = AuditDeps & { readonly members: MemberStore; readonly people: PeopleStore };

export type NamedMember = { readonly member: Member; readonly person: PersonName };

type By = Pick<Caller, 'workspaceId' | 'principal'>;

/** The members with their names. Who is being erased is not shown any more, so a page may be short. */
export async function listMembers(
  deps: Pick<MemberDeps, 'members' | 'people'>,
  workspaceId: string,
  limit: number,
  afterUserId: string | null,
): Promise<Page<NamedMember>> {
  const { items, cursor } = await deps.members.list(workspaceId, limit, afterUserId);
  return { items: await named(deps, items), cursor };
}

/** Gives a member another role, never the owner's. Throws MEMBER_NOT_FOUND, OWNER_REQUIRED or WORKSPACE_NOT_FOUND. */
export async function changeRole(deps: MemberDeps, by: By, userId: string, role: GivenRole): Promise<NamedMember> {
  const entry = entryOf(deps, by, 'member.role_changed', userId, { role });
  const outcome = await deps.members.changeRole(by.workspaceId, userId, role, entry);
  if (outcome !== 'changed') throw refusal(outcome);
  const member = await deps.members.find(by.workspaceId, userId);
  const [changed] = member === null ? [] : await named(deps, [member]);
  if (changed === undefined) throw new Failure('MEMBER_NOT_FOUND');
  return changed;
}

/** Throws MEMBER_NOT_FOUND, OWNER_REQUIRED or WORKSPACE_NOT_FOUND. */
export async function removeMember(deps: MemberDeps, by: By, userId: string): Promise<void> {
  const outcome = await deps.members.remove(by.workspaceId, userId, entryOf(deps, by, 'member.removed', userId));
  if (outcome !== 'removed') throw refusal(outcome);
}

/** Throws OWNER_REQUIRED or WORKSPACE_NOT_FOUND; who is no member any more has left. */
export async function leaveWorkspace(deps: MemberDeps, by: By, userId: string): Promise<void> {
  const outcome = await deps.members.remove(by.workspaceId, userId, entryOf(deps, by, 'member.left', userId));
  if (outcome === 'not_member') throw new Failure('WORKSPACE_NOT_FOUND');
  if (outcome !== 'removed') throw refusal(outcome);
}

async function named(
  { people }: Pick<MemberDeps, 'people'>,
  members: readonly Member[],
): Promise<readonly NamedMember[]> {
  const names = await people.findNames(members.map(({ userId }) => userId));
  const byId = new Map(names.map((person) => [person.id, person]));
  return members.flatMap((member) => {
    const person = byId.get(member.userId);
    return person === undefined ? [] : [{ member, person }];
  });
}

function refusal(outcome: 'gone' | 'not_member' | 'owner'): Failure {
  switch (outcome) {
    case 'gone':
      return new Failure('WORKSPACE_NOT_FOUND');
    case 'not_member':
      return new Failure('MEMBER_NOT_FOUND');
    case 'owner':
      return new Failure('OWNER_REQUIRED');
  }
}

const entryOf = (
  deps: AuditDeps,
  { workspaceId, principal }: By,
  action: AuditAction,
  target: string,
  details: Readonly<Record<string, string>> = {},
) => newAuditEntry(deps, { workspaceId, actor: actorOf(principal), action, target, details });
