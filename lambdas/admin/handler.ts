import { normalEmail } from '../../core/accounts/email.ts';
import type { OperateDeps } from '../../core/accounts/operate.ts';
import { createUser, makeAdmin, newResetToken } from '../../core/accounts/operate.ts';
import type { User } from '../../core/accounts/user.ts';
import { Failure } from '../../core/errors.ts';
import type { UserAnswer } from '../auth/schemas.ts';
import { toUserAnswer } from '../auth/schemas.ts';
import { parseMembers } from '../json-body.ts';
import type { Command } from './commands.ts';
import { command } from './commands.ts';

/** The token is shown here and nowhere else: whoever runs the command hands it over. */
export type AdminAnswer =
  | { readonly user: UserAnswer; readonly password_reset_token?: string }
  | { readonly error: string; readonly detail: string };

/**
 * What an operator asks of the function by invoking it. A refusal is an answer like any other, `{error, detail}` with the
 * words of the API; only what nobody foresaw is an error of the function.
 */
export const adminHandler =
  (deps: OperateDeps) =>
  async (event: unknown): Promise<AdminAnswer> => {
    try {
      return await run(deps, parseMembers(command, event));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ...error.details, error: error.word, detail: error.message };
    }
  };

async function run(deps: OperateDeps, event: Command): Promise<AdminAnswer> {
  const email = normalEmail(event.email) ?? event.email;
  switch (event.command) {
    case 'create-user': {
      const { name, password = null, is_admin: isAdmin = false, plan = 'free' } = event;
      const made = await createUser(deps, { email, name, password, isAdmin, plan });
      return answer(made.user, made.resetToken);
    }
    case 'make-admin':
      return answer(await makeAdmin(deps, email), null);
    case 'reset-password': {
      const { user, resetToken } = await newResetToken(deps, email);
      return answer(user, resetToken);
    }
  }
}

const answer = (user: User, resetToken: string | null): AdminAnswer => ({
  user: toUserAnswer(user),
  ...(resetToken === null ? {} : { password_reset_token: resetToken }),
});
