import * as z from 'zod/mini';
import { confirmEmail } from '../../core/accounts/change-email.ts';
import { acceptInvite } from '../../core/accounts/invites.ts';
import { verifyEmail } from '../../core/accounts/register.ts';
import { forgotPassword, resetPassword } from '../../core/accounts/reset-password.ts';
import { recognise } from '../../core/accounts/sign-in.ts';
import { detailOf, Failure } from '../../core/errors.ts';
import { ACCOUNT_PAGE_HEADERS } from '../../web/account/page.ts';
import type { AccountPage } from '../../web/account/pages.ts';
import { deadLinkPage, donePage, formPage, isAccountPage, needsToken, refusedPage } from '../../web/account/pages.ts';
import { parseMembers } from '../json-body.ts';
import { failureHeaders, STATUS_OF } from '../problem.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import type { AuthDeps, AuthRoute } from './context.ts';
import { emailIn, MAX_AUTH_BODY_BYTES, mailOriginOf, signInOriginOf } from './context.ts';
import { forgotPasswordBody, loginBody, resetPasswordBody } from './schemas.ts';

/** A mail's link opened: a form that sends its token. Nothing is looked up and nothing is changed. */
export const accountPage: AuthRoute = async (_, { params, query }) => {
  const name = pageIn(params);
  const token = query['token'] ?? '';
  return token === '' && needsToken(name)
    ? htmlAnswer(400, deadLinkPage())
    : htmlAnswer(200, formPage(name, token, null));
};

/** That form sent. */
export const submitAccountPage: AuthRoute = async (deps, request) => {
  const name = pageIn(request.params);
  const form = formIn(request);
  try {
    await SUBMIT[name](deps, request, form);
    return htmlAnswer(200, donePage(name));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return htmlAnswer(STATUS_OF[error.word], failedPage(name, form, error), failureHeaders(error));
  }
};

type Form = Readonly<Record<string, string>>;
type Submit = (deps: AuthDeps, request: HttpRequest, form: Form) => Promise<unknown>;

const withEmail = z.object(forgotPasswordBody.shape);
const withPassword = z.object(resetPasswordBody.shape);
const withSignIn = z.object(loginBody.shape);

const SUBMIT: Readonly<Record<AccountPage, Submit>> = {
  'forgot-password': (deps, request, form) =>
    forgotPassword(deps, { ...mailOriginOf(deps, request), email: emailIn(parseMembers(withEmail, form)) }),
  'verify-email': (deps, _, { token = '' }) => verifyEmail(deps, token),
  'reset-password': async (deps, request, form) => {
    const { token, password } = parseMembers(withPassword, form);
    await resetPassword(deps, { token, password, appOrigin: mailOriginOf(deps, request).appOrigin });
  },
  'confirm-email': (deps, request, { token = '' }) =>
    confirmEmail(deps, { token, appOrigin: mailOriginOf(deps, request).appOrigin }),
  'accept-invite': async (deps, request, form) => {
    const body = parseMembers(withSignIn, form);
    const shown = { ...signInOriginOf(deps, request), email: emailIn(body), password: body.password };
    const { user } = await recognise(deps, shown);
    await acceptInvite(deps, user.id, form['token'] ?? '');
  },
};

/** What another try may mend is asked for again; a used token is not. */
function failedPage(name: AccountPage, { token = '' }: Form, failure: Failure): string {
  switch (failure.word) {
    case 'INVALID_TOKEN':
      return deadLinkPage();
    case 'VALIDATION_FAILED':
      return formPage(name, token, RULES[name]);
    case 'WEAK_PASSWORD':
    case 'INVALID_CREDENTIALS':
    case 'SIGN_IN_LOCKED':
    case 'SERVICE_UNAVAILABLE':
      return formPage(name, token, detailOf(failure));
    default:
      return refusedPage(detailOf(failure));
  }
}

/** What a form was sent without, by page; the others have no fields. */
const RULES: Readonly<Record<AccountPage, string>> = {
  'forgot-password': 'Please enter your e-mail address.',
  'verify-email': '',
  'reset-password': 'The password must have 12 to 128 characters.',
  'confirm-email': '',
  'accept-invite': 'Please fill in both fields.',
};

function pageIn({ page = '' }: HttpRequest['params']): AccountPage {
  if (!isAccountPage(page)) throw new Failure('NOT_FOUND');
  return page;
}

function formIn({ headers, body }: HttpRequest): Form {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (Buffer.byteLength(body ?? '') > MAX_AUTH_BODY_BYTES)
    throw new Failure('PAYLOAD_TOO_LARGE', { max_bytes: MAX_AUTH_BODY_BYTES });
  return Object.fromEntries(new URLSearchParams(body ?? ''));
}

const htmlAnswer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers: { ...ACCOUNT_PAGE_HEADERS, ...headers },
  body,
});
