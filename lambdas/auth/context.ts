import type { ChangeEmailDeps, ConfirmEmailDeps } from '../../core/accounts/change-email.ts';
import type { ChangePasswordDeps } from '../../core/accounts/change-password.ts';
import { normalEmail } from '../../core/accounts/email.ts';
import type { InviteDeps } from '../../core/accounts/invites.ts';
import type { PublishedKey } from '../../core/accounts/published-keys.ts';
import type { RegisterDeps, VerifyEmailDeps } from '../../core/accounts/register.ts';
import type { ForgotPasswordDeps, ResetPasswordDeps } from '../../core/accounts/reset-password.ts';
import type { SignInDeps, SignInOrigin } from '../../core/accounts/sign-in.ts';
import type { SignOutDeps } from '../../core/accounts/sign-out.ts';
import { appOriginOf } from '../app-origin.ts';
import { clientOf } from '../client.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import { cookiesOf, DEVICE_COOKIE } from '../session-cookies.ts';

/** What the auth function stands on. */
export type AuthDeps = RegisterDeps &
  VerifyEmailDeps &
  SignInDeps &
  SignOutDeps &
  ForgotPasswordDeps &
  ResetPasswordDeps &
  ChangePasswordDeps &
  ChangeEmailDeps &
  ConfirmEmailDeps &
  InviteDeps & {
    readonly publishedKeys: () => Promise<readonly PublishedKey[]>;
    readonly originSecret: string;
  };

export type AuthRoute = (deps: AuthDeps, request: HttpRequest) => Promise<HttpAnswer>;

/** Bodies here are a few short texts. */
export const MAX_AUTH_BODY_BYTES = 16_384;

/** The address in a body that its schema let through. */
export const emailIn = ({ email }: { readonly email: string }): string => normalEmail(email) ?? email;

/** Where a mail about this request comes from, and for whom it counts. Throws FORBIDDEN for a request around the edge. */
export const mailOriginOf = (
  { originSecret }: AuthDeps,
  request: HttpRequest,
): { readonly client: string; readonly appOrigin: string } => ({
  client: clientOf(request, originSecret),
  appOrigin: appOriginOf(request, originSecret),
});

/** Where a password in this request comes from. */
export const signInOriginOf = ({ originSecret }: AuthDeps, request: HttpRequest): SignInOrigin => ({
  client: clientOf(request, originSecret),
  deviceToken: cookiesOf(request.headers)[DEVICE_COOKIE] ?? null,
});
