import * as z from 'zod/mini';
import { MAX_EMAIL_LENGTH, normalEmail } from '../../core/accounts/email.ts';
import { MIN_PASSWORD_LENGTH } from '../../core/accounts/password.ts';
import type { User } from '../../core/accounts/user.ts';

/** An address as people write it; `normalEmail` of it is not null. */
export const emailText = z.string().check(
  z.maxLength(MAX_EMAIL_LENGTH),
  z.refine((text) => normalEmail(text) !== null, 'Must be an e-mail address.'),
);

const ONE_LINE = 'Must be readable text on one line.';

/** What people and workspaces are called: anything one can read on one line. */
export const nameText = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(100),
    z.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, ONE_LINE),
    z.regex(/[\p{L}\p{N}\p{P}\p{S}]/u, ONE_LINE),
  );

/** A password that is tried; megabytes are not looked at. */
const passwordText = z.string().check(z.minLength(1), z.maxLength(1_024));
/** One somebody wants to have. Its characters are counted, and more is asked of it, in `core/accounts/password.ts`. */
const newPasswordText = z.string().check(z.minLength(MIN_PASSWORD_LENGTH), z.maxLength(1_024));
const tokenText = z.string().check(z.minLength(1), z.maxLength(512));

export const registerBody = z.strictObject({ email: emailText, password: newPasswordText, name: nameText });
export const loginBody = z.strictObject({ email: emailText, password: passwordText });
export const verifyEmailBody = z.strictObject({ token: tokenText });
export const forgotPasswordBody = z.strictObject({ email: emailText });
export const resetPasswordBody = z.strictObject({ token: tokenText, password: newPasswordText });
export const changePasswordBody = z.strictObject({ current_password: passwordText, new_password: newPasswordText });
export const changeEmailBody = z.strictObject({ email: emailText, password: passwordText });
export const confirmEmailBody = z.strictObject({ token: tokenText });

const timestamp = z.iso.datetime();

/** A person as they and administrators see them. */
export const userAnswer = z.strictObject({
  id: z.string(),
  email: z.string(),
  email_verified: z.literal(true),
  name: z.string(),
  is_admin: z.boolean(),
  status: z.enum(['active', 'suspended', 'deleted']),
  personal_workspace_id: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type UserAnswer = z.infer<typeof userAnswer>;

export const toUserAnswer = (user: User): UserAnswer => ({
  id: user.id,
  email: user.email,
  email_verified: true,
  name: user.name,
  is_admin: user.isAdmin,
  status: user.status,
  personal_workspace_id: user.personalWorkspaceId,
  created_at: new Date(user.createdAtMs).toISOString(),
  updated_at: new Date(user.updatedAtMs).toISOString(),
});

export const mailSentAnswer = z.strictObject({
  email: z.string(),
  status: z.enum(['verification_sent', 'mail_sent']),
});
export const verifiedAnswer = z.strictObject({ user: userAnswer });
export const signedInAnswer = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  user: userAnswer,
});
export const jwksAnswer = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      kid: z.string(),
      alg: z.literal('EdDSA'),
      use: z.literal('sig'),
    }),
  ),
});
