import { changeEmail as askForEmail, confirmEmail as confirm } from '../../core/accounts/change-email.ts';
import { changePassword as change } from '../../core/accounts/change-password.ts';
import { forgotPassword as forgot, resetPassword as reset } from '../../core/accounts/reset-password.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { AuthRoute } from './context.ts';
import { emailIn, MAX_AUTH_BODY_BYTES, mailOriginOf, signInOriginOf } from './context.ts';
import {
  changeEmailBody,
  changePasswordBody,
  confirmEmailBody,
  forgotPasswordBody,
  resetPasswordBody,
  toUserAnswer,
} from './schemas.ts';

export const forgotPassword: AuthRoute = async (deps, request) => {
  const email = emailIn(parseMembers(forgotPasswordBody, jsonBody(request, MAX_AUTH_BODY_BYTES)));
  await forgot(deps, { ...mailOriginOf(deps, request), email });
  return jsonAnswer(202, { email, status: 'mail_sent' });
};

export const resetPassword: AuthRoute = async (deps, request) => {
  const { token, password } = parseMembers(resetPasswordBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  const { appOrigin } = mailOriginOf(deps, request);
  await reset(deps, { token, password, appOrigin });
  return { status: 204 };
};

export const changePassword: AuthRoute = async (deps, request) => {
  const body = parseMembers(changePasswordBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  await change(deps, {
    ...personOf(request),
    ...signInOriginOf(deps, request),
    ...mailOriginOf(deps, request),
    password: body.current_password,
    newPassword: body.new_password,
  });
  return { status: 204 };
};

export const changeEmail: AuthRoute = async (deps, request) => {
  const body = parseMembers(changeEmailBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  const email = emailIn(body);
  await askForEmail(deps, {
    ...personOf(request),
    ...signInOriginOf(deps, request),
    ...mailOriginOf(deps, request),
    email,
    password: body.password,
  });
  return jsonAnswer(202, { email, status: 'verification_sent' });
};

export const confirmEmail: AuthRoute = async (deps, request) => {
  const { token } = parseMembers(confirmEmailBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  const { appOrigin } = mailOriginOf(deps, request);
  return jsonAnswer(200, { user: toUserAnswer(await confirm(deps, { token, appOrigin })) });
};
