import { register as registerPerson, verifyEmail as verify } from '../../core/accounts/register.ts';
import { jsonAnswer } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { AuthRoute } from './context.ts';
import { emailIn, MAX_AUTH_BODY_BYTES, mailOriginOf } from './context.ts';
import { registerBody, toUserAnswer, verifyEmailBody } from './schemas.ts';

export const register: AuthRoute = async (deps, request) => {
  const body = parseMembers(registerBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  const email = emailIn(body);
  const { password, name } = body;
  await registerPerson(deps, { ...mailOriginOf(deps, request), email, password, name });
  return jsonAnswer(201, { email, status: 'verification_sent' });
};

export const verifyEmail: AuthRoute = async (deps, request) => {
  const { token } = parseMembers(verifyEmailBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  return jsonAnswer(200, { user: toUserAnswer(await verify(deps, token)) });
};
