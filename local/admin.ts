import { adminCallOf, HELP } from './admin-arguments.ts';

/**
 * `npm run admin`: what only an operator may do, done by the function that does it in AWS as well.
 *
 * Exit codes: 0 done, 1 refused or failed (on stderr why), 2 not understood.
 */

process.env['TZ'] = 'UTC';

/** What the function answers: whom it was about and, for somebody who shall choose a password, with what; or why not. */
type AdminAnswer =
  | {
      readonly user: { readonly id: string; readonly email: string; readonly is_admin: boolean };
      readonly password_reset_token?: string;
    }
  | { readonly error: string; readonly detail: string; readonly errors?: readonly { path: string; message: string }[] };

async function run(args: readonly string[]): Promise<number> {
  const call = understood(args);
  if (call === null) {
    console.log(HELP);
    return 0;
  }
  if (call === undefined) return 2;
  try {
    const { callAdmin } = await import('./admin-call.ts');
    const { answer, appUrl } = await callAdmin(call.dataDir, call.event, (step) => console.error(`… ${step}`));
    return report(answer as AdminAnswer, appUrl);
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
}

/** Undefined, with a sentence on stderr, for what cannot be understood. */
function understood(args: readonly string[]) {
  try {
    return adminCallOf(args);
  } catch (error) {
    const [sentence] = messageOf(error).split('. ');
    console.error(`${sentence}; see npm run admin -- --help`);
    return undefined;
  }
}

function report(answer: AdminAnswer, appUrl: string | null): number {
  if ('error' in answer) {
    console.error(`${answer.error}: ${answer.detail}`);
    for (const { path, message } of answer.errors ?? []) console.error(`  ${path}: ${message}`);
    return 1;
  }
  const { user, password_reset_token: token } = answer;
  const app = appUrl ?? `http://localhost:${process.env['PORT'] ?? '4000'}`;
  console.log(`${user.email}${user.is_admin ? ', administrator' : ''} (${user.id})`);
  if (appUrl === null) console.log('Signpost is not running; start it with: npm start');
  if (token === undefined) console.log(`Sign in with POST ${app}/v1/auth/login`);
  else console.log(`Choose a password within the hour: ${app}/account/reset-password?token=${token}`);
  return 0;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

process.exitCode = await run(process.argv.slice(2));
