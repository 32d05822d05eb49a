import { jwksOf } from '../../core/accounts/published-keys.ts';
import { Failure } from '../../core/errors.ts';
import type { Handle } from '../http.ts';
import { jsonAnswer } from '../http.ts';
import { accountPage, submitAccountPage } from './account-pages.ts';
import type { AuthDeps, AuthRoute } from './context.ts';
import { changeEmail, changePassword, confirmEmail, forgotPassword, resetPassword } from './credentials.ts';
import { register, verifyEmail } from './registration.ts';
import { login, logout, refresh } from './sessions.ts';

/** Whoever verifies our tokens may keep the key set for as long as our own verifiers do. */
const JWKS_CACHE = { 'cache-control': 'public, max-age=60' };

const jwks: AuthRoute = async ({ publishedKeys, nowMs }) =>
  jsonAnswer(200, jwksOf(await publishedKeys(), nowMs()), JWKS_CACHE);

export const AUTH_ROUTES: Readonly<Record<string, AuthRoute>> = {
  'POST /v1/auth/register': register,
  'POST /v1/auth/verify-email': verifyEmail,
  'POST /v1/auth/login': login,
  'POST /v1/auth/refresh': refresh,
  'POST /v1/auth/logout': logout,
  'POST /v1/auth/password/forgot': forgotPassword,
  'POST /v1/auth/password/reset': resetPassword,
  'POST /v1/auth/password/change': changePassword,
  'POST /v1/auth/email/change': changeEmail,
  'POST /v1/auth/email/confirm': confirmEmail,
  'GET /.well-known/jwks.json': jwks,
  'GET /account/{page}': accountPage,
  'POST /account/{page}': submitAccountPage,
};

/** Registration, sign-in, tokens and passwords: parse, one verb, render. */
export const authHandler =
  (deps: AuthDeps): Handle =>
  async (request) => {
    const route = AUTH_ROUTES[`${request.method} ${request.route}`];
    if (route === undefined) throw new Failure('NOT_FOUND');
    return route(deps, request);
  };
