import type { MemberDeps, NamedMember } from '../../core/accounts/members.ts';
import {
  changeRole,
  leaveWorkspace as leave,
  listMembers as list,
  removeMember as remove,
} from '../../core/accounts/members.ts';
import { Failure } from '../../core/errors.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import { limitOf, pageQuery } from '../page-query.ts';
import type { HttpRequest } from '../request.ts';
import type { AccountsRoute } from './context.ts';
import { callerInPath } from './workspace-caller.ts';
import type { MemberAnswer } from './workspace-schemas.ts';
import { memberBody } from './workspace-schemas.ts';

export type MembersDeps = MemberDeps;
type Route = AccountsRoute<MembersDeps>;

export const listMembers: Route = async ({ deps, request }) => {
  const { workspaceId } = callerInPath(request);
  const query = parseMembers(pageQuery, request.query);
  const members = { name: 'members', ownerId: workspaceId, idPrefix: 'usr' } as const;
  const page = await list(deps, workspaceId, limitOf(query), afterIdOf(query, members));
  return jsonAnswer(200, pageOf(page, members, toAnswer));
};

export const changeMember: Route = async ({ deps, request }) => {
  const caller = callerInPath(request);
  const { role } = parseMembers(memberBody, jsonBody(request));
  return jsonAnswer(200, toAnswer(await changeRole(deps, caller, memberIdOf(request), role)));
};

export const removeMember: Route = async ({ deps, request }) => {
  await remove(deps, callerInPath(request), memberIdOf(request));
  return { status: 204 };
};

export const leaveWorkspace: Route = async ({ deps, request }) => {
  await leave(deps, callerInPath(request), personOf(request).userId);
  return { status: 204 };
};

/** What cannot be an id is nobody's. */
function memberIdOf({ params }: HttpRequest): string {
  const userId = params['user_id'] ?? '';
  if (!couldBeId('usr', userId)) throw new Failure('MEMBER_NOT_FOUND');
  return userId;
}

const toAnswer = ({ member, person }: NamedMember): MemberAnswer => ({
  user_id: member.userId,
  name: person.name,
  email: person.email,
  role: member.role,
  joined_at: new Date(member.joinedAtMs).toISOString(),
});
