import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { DEFAULT_DOMAIN } from '../../adapters/table.ts';
import { detailOf, Failure } from '../../core/errors.ts';
import { MAX_LINK_PASSWORD_LENGTH } from '../../core/links/link-password.ts';
import type { UnlockDeps } from '../../core/links/unlock-link.ts';
import { unlockLink } from '../../core/links/unlock-link.ts';
import { passwordPage, unavailablePage } from '../../web/visitor/pages.ts';
import type { Handle } from '../http.ts';
import { jsonAnswer } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import { asFailure, STATUS_OF } from '../problem.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { UNLOCK_QUERY_PARAMETER, unlockCookie } from '../unlock-cookie.ts';
import { viewerAddress } from '../viewer.ts';
import { refuse, wantsJson } from '../visitor-answer.ts';

export type UnlockHandlerDeps = UnlockDeps & { readonly originSecret: string };

const MAX_UNLOCK_BODY_BYTES = 4_096;
export const unlockBody = z.strictObject({
  password: z.string().check(z.minLength(1), z.maxLength(MAX_LINK_PASSWORD_LENGTH)),
});
export const unlockAnswer = z.strictObject({ unlock_token: z.nullable(z.string()), redirect_url: z.url() });

/** Opens protected links: `POST /v1/urls/{code}/unlock` for programs, `POST /{code}` for the password page's form. */
export const unlockHandler =
  (deps: UnlockHandlerDeps): Handle =>
  (request) =>
    request.route === '/{code}' ? unlockFromPage(deps, request) : unlockFromApi(deps, request);

async function unlockFromApi(deps: UnlockHandlerDeps, request: HttpRequest): Promise<HttpAnswer> {
  const { password } = parseMembers(unlockBody, jsonBody(request, MAX_UNLOCK_BODY_BYTES));
  const { code, token } = await unlock(deps, request, password);
  const shortUrl = `${request.shortOrigin}/${code}`;
  const redirectUrl = token === null ? shortUrl : `${shortUrl}?${UNLOCK_QUERY_PARAMETER}=${token}`;
  return { ...jsonAnswer(200, { unlock_token: token, redirect_url: redirectUrl }), ...cookieFor(code, token, request) };
}

/** After the right password the browser comes back with the cookie, and that visit is the click. */
async function unlockFromPage(deps: UnlockHandlerDeps, request: HttpRequest): Promise<HttpAnswer> {
  const code = request.params['code'] ?? '';
  try {
    const { token } = await unlock(deps, request, formPassword(request));
    return { status: 303, headers: { location: `/${encodeURIComponent(code)}` }, ...cookieFor(code, token, request) };
  } catch (error) {
    const { origin, requestId, headers } = request;
    const failure = asFailure(error);
    if (!(error instanceof Failure)) {
      console.error(JSON.stringify({ message: 'unlock failed', error: String(error), requestId }));
    }
    const isAway = STATUS_OF[failure.word] >= 500;
    const html = isAway ? unavailablePage(requestId) : passwordPage(code, pageMessage(failure));
    return refuse(failure, html, { code, origin, requestId, wantsJson: wantsJson(headers['accept']) });
  }
}

async function unlock(
  deps: UnlockHandlerDeps,
  request: HttpRequest,
  password: string,
): Promise<{ code: string; token: string | null }> {
  const code = request.params['code'] ?? '';
  const address = viewerAddress(request.headers, deps.originSecret, request.sourceIp);
  const client = createHmac('sha256', deps.originSecret).update(`${code} ${address}`).digest('base64url');
  const { token } = await unlockLink(deps, { domain: DEFAULT_DOMAIN, code, password, client });
  return { code, token };
}

const cookieFor = (code: string, token: string | null, { origin }: HttpRequest): Pick<HttpAnswer, 'cookies'> =>
  token === null ? {} : { cookies: [unlockCookie(code, token, origin)] };

function formPassword({ headers, body }: HttpRequest): string {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (Buffer.byteLength(body ?? '') > MAX_UNLOCK_BODY_BYTES)
    throw new Failure('PAYLOAD_TOO_LARGE', { max_bytes: MAX_UNLOCK_BODY_BYTES });
  return parseMembers(unlockBody, { password: new URLSearchParams(body ?? '').get('password') ?? '' }).password;
}

function pageMessage(failure: Failure): string {
  const remaining = failure.details['attempts_remaining'];
  if (typeof remaining === 'number')
    return `Wrong password. ${remaining === 1 ? 'One try' : `${remaining} tries`} left.`;
  const retryAfterS = failure.details['retry_after'];
  if (typeof retryAfterS === 'number')
    return `Too many tries. Wait ${Math.ceil(retryAfterS / 60)} minutes, then try again.`;
  return STATUS_OF[failure.word] === 400 ? 'Please type the password.' : detailOf(failure);
}
