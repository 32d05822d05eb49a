import type { Caller } from '../../core/accounts/caller.ts';
import type { OnceDeps, StoredAnswer } from '../../core/accounts/idempotency.ts';
import { Failure } from '../../core/errors.ts';
import type { LogoFormat } from '../../core/qr/logo-header.ts';
import type { LogosDeps } from '../../core/qr/own-logos.ts';
import { announceLogo, deleteLogo, ownLogo } from '../../core/qr/own-logos.ts';
import type { UploadedLogo } from '../../core/qr/uploaded-logo.ts';
import type { AnswerHeaders, Handle } from '../http.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf } from '../page-query.ts';
import type { QuotaDeps } from '../quota.ts';
import { takeCode, thenQuotaShown, withQuotaShown } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { formAnswer } from '../upload-form.ts';
import type { LogoAnswer } from './schemas.ts';
import { logoBody, logosQuery } from './schemas.ts';

export type LogosHandlerDeps = LogosDeps &
  OnceDeps &
  QuotaDeps & {
    /** Looking at a logo is as much work as making a code. */
    readonly codeLimits: QuotaDeps['rateLimits'];
  };

type Context = {
  readonly deps: LogosHandlerDeps;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly answerHeaders: AnswerHeaders;
};

/** Announce, read, list and delete logos: parse, one verb, render. */
export const logosHandler =
  (deps: LogosHandlerDeps): Handle =>
  async (request, answerHeaders) => {
    const context: Context = { deps, request, caller: callerOf(request), answerHeaders };
    const { workspaceId } = context.caller;
    switch (`${request.method} ${request.route}`) {
      case 'POST /v1/logos':
        return thenQuotaShown(deps, context.caller, answerHeaders, () =>
          withIdempotency(deps, request, { workspaceId, maxBytes: MAX_BODY_BYTES }, (seed) => announce(context, seed)),
        );
      case 'GET /v1/logos':
        return withQuotaShown(deps, context.caller, answerHeaders, () => list(context));
      case 'GET /v1/logos/{logo_id}':
        return withQuotaShown(deps, context.caller, answerHeaders, () => read(context));
      case 'DELETE /v1/logos/{logo_id}':
        return withQuotaShown(deps, context.caller, answerHeaders, () => remove(context));
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function announce({ deps, request, caller, answerHeaders }: Context, seed: string): Promise<StoredAnswer> {
  const { content_type: contentType, size_bytes: sizeBytes = null } = parseMembers(logoBody, jsonBody(request));
  await takeCode({ ...deps, rateLimits: deps.codeLimits }, caller, answerHeaders);
  const format = contentType.slice('image/'.length) as LogoFormat;
  const { logo, form } = await announceLogo(deps, caller.workspaceId, { format, sizeBytes }, seed);
  const answer = { ...(await toAnswer(deps, logo)), upload: formAnswer(form) };
  return stored(jsonAnswer(201, answer, { location: `/v1/logos/${logo.id}` }));
}

async function list({ deps, request, caller: { workspaceId } }: Context): Promise<HttpAnswer> {
  const query = parseMembers(logosQuery, request.query);
  const ids = { name: 'logos', ownerId: workspaceId, idPrefix: 'logo' } as const;
  const { items, cursor } = await deps.uploaded.list(workspaceId, limitOf(query), afterIdOf(query, ids));
  const answers = await Promise.all(items.map((logo) => toAnswer(deps, logo)));
  return jsonAnswer(
    200,
    pageOf({ items: answers, cursor }, ids, (answer) => answer),
  );
}

async function read({ deps, request, caller }: Context): Promise<HttpAnswer> {
  const logo = await ownLogo(deps, caller.workspaceId, request.params['logo_id'] ?? '');
  return jsonAnswer(200, await toAnswer(deps, logo));
}

async function remove({ deps, request, caller }: Context): Promise<HttpAnswer> {
  await deleteLogo(deps, caller.workspaceId, request.params['logo_id'] ?? '');
  return { status: 204 };
}

async function toAnswer({ files }: LogosHandlerDeps, logo: UploadedLogo): Promise<LogoAnswer> {
  const { id, workspaceId, format, state, createdAtMs } = logo;
  const isReady = state.status === 'ready';
  return {
    logo_id: id,
    status: state.status,
    reason: state.status === 'refused' ? state.reason : null,
    format,
    width: isReady ? state.widthPx : null,
    height: isReady ? state.heightPx : null,
    image_url: isReady ? await files.cleanUrl(workspaceId, id) : null,
    created_at: new Date(createdAtMs).toISOString(),
  };
}
