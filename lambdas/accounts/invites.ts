import { emailSha256, normalEmail } from '../../core/accounts/email.ts';
import type { InviteDeps } from '../../core/accounts/invites.ts';
import { acceptInvite as accept, invite, revokeInvite as revoke } from '../../core/accounts/invites.ts';
import type { MailLimitDeps } from '../../core/accounts/take-mail.ts';
import { takeMail } from '../../core/accounts/take-mail.ts';
import type { Invite } from '../../core/accounts/workspace.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { appOriginOf } from '../app-origin.ts';
import { clientOf } from '../client.ts';
import { etagOf } from '../etag.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf, pageQuery } from '../page-query.ts';
import type { AccountsRoute } from './context.ts';
import { callerInPath } from './workspace-caller.ts';
import type { InviteAnswer } from './workspace-schemas.ts';
import { acceptBody, inviteBody } from './workspace-schemas.ts';
import { toAnswer as toWorkspaceAnswer } from './workspaces.ts';

export type InvitesDeps = InviteDeps & MailLimitDeps & { readonly originSecret: string };
type Route = AccountsRoute<InvitesDeps>;

export const listInvites: Route = async ({ deps, request }) => {
  const { workspaceId } = callerInPath(request);
  const query = parseMembers(pageQuery, request.query);
  const list = { name: 'invites', ownerId: workspaceId, idPrefix: 'inv' } as const;
  const page = await deps.invites.list(workspaceId, limitOf(query), afterIdOf(query, list), deps.nowMs());
  return jsonAnswer(200, pageOf(page, list, toAnswer));
};

export const createInvite: Route = async ({ deps, request }) => {
  const caller = callerInPath(request);
  const appOrigin = appOriginOf(request, deps.originSecret);
  return withIdempotency(deps, request, { workspaceId: caller.workspaceId, maxBytes: MAX_BODY_BYTES }, async (seed) => {
    const { email: address, role } = parseMembers(inviteBody, jsonBody(request));
    const email = normalEmail(address);
    if (email === null) throw validationFailed([{ path: 'email', code: 'invalid_email', message: 'Is no address.' }]);
    await takeMail(deps, { address: emailSha256(email), client: clientOf(request, deps.originSecret) });
    return stored(jsonAnswer(201, toAnswer(await invite(deps, caller, { email, role, appOrigin }, seed))));
  });
};

export const revokeInvite: Route = async ({ deps, request }) => {
  const caller = callerInPath(request);
  const inviteId = request.params['invite_id'] ?? '';
  if (!couldBeId('inv', inviteId)) throw new Failure('INVITE_NOT_FOUND');
  await revoke(deps, caller, inviteId);
  return { status: 204 };
};

export const acceptInvite: Route = async ({ deps, request }) => {
  const { token } = parseMembers(acceptBody, jsonBody(request));
  const { workspace, role } = await accept(deps, personOf(request).userId, token);
  return jsonAnswer(200, toWorkspaceAnswer(workspace, role), { etag: etagOf(workspace) });
};

const toAnswer = (open: Invite): InviteAnswer => ({
  id: open.id,
  email: open.email,
  role: open.role,
  created_at: new Date(open.createdAtMs).toISOString(),
  expires_at: new Date(open.expiresAtMs).toISOString(),
});
