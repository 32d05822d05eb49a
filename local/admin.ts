import { parseArgs } from 'node:util';
import type { AdminEvent } from './admin-call.ts';

/**
 * `npm run admin`: what only an operator may do, through the function that does it in AWS as well.
 *
 * Exit codes: 0 done, 1 refused or failed (one sentence on stderr), 2 not understood.
 */
const HELP = `Usage: npm run admin -- create-user --email ADDRESS --name NAME [flags]

Makes a person with an account on this machine's Signpost, whether it is running or not.

  --email ADDRESS   counts as proven: no mail is sent
  --name NAME       also the name of the personal workspace
  --password TEXT   without it, the answer has a link with which the person chooses one
  --admin           the person may see and change everybody's accounts
  --plan NAME       free (default), pro or unlimited
  --data FOLDER     another data folder than .signpost

A deployed stage has a command of its own: its accounts stack prints it as the output AdminCommand.
`;

process.env['TZ'] = 'UTC';

type Command = { readonly event: AdminEvent; readonly data: string };

/** What the function answers: whom it made, and without a password the token with which they choose one. */
type Made = {
  readonly user: { readonly id: string; readonly email: string; readonly is_admin: boolean };
  readonly workspace_id?: string;
  readonly token?: string;
};

/** Null for a call for help. Throws an Error with one sentence for what cannot be understood. */
function commandOf(args: readonly string[]): Command | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      email: { type: 'string' },
      name: { type: 'string' },
      password: { type: 'string' },
      admin: { type: 'boolean', default: false },
      plan: { type: 'string' },
      data: { type: 'string', default: '.signpost' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || positionals[0] === 'help') return null;
  const [command, ...rest] = positionals;
  if (command !== 'create-user' || rest.length > 0) {
    throw new Error(`There is no command "${positionals.join(' ')}"; the only one is create-user`);
  }
  const { email, name, password, admin, plan, data } = values;
  if (email === undefined || name === undefined) throw new Error('create-user needs --email and --name');
  const event: AdminEvent = {
    command,
    email,
    name,
    is_admin: admin,
    ...(password !== undefined && { password }),
    ...(plan !== undefined && { plan }),
  };
  return { event, data };
}

function report({ user, token }: Made, appUrl: string | null): string {
  const app = appUrl ?? `http://localhost:${process.env['PORT'] ?? '4000'}`;
  const made = `Made ${user.email}${user.is_admin ? ', an administrator' : ''} (${user.id}).`;
  const first = appUrl === null ? 'Start Signpost with `npm start`, then ' : '';
  const next =
    token === undefined
      ? `sign in: POST ${app}/v1/auth/login with {"email": …, "password": …}.`
      : `choose a password within the hour: ${app}/account/reset-password?token=${token}`;
  return `${made}\n${first}${first === '' ? next.charAt(0).toUpperCase() + next.slice(1) : next}`;
}

async function run(args: readonly string[]): Promise<number> {
  let command: Command | null;
  try {
    command = commandOf(args);
  } catch (error) {
    const [sentence] = messageOf(error).split('. ');
    console.error(`${sentence}; see npm run admin -- --help`);
    return 2;
  }
  if (command === null) {
    console.log(HELP);
    return 0;
  }
  try {
    const { callAdmin } = await import('./admin-call.ts');
    const { answer, appUrl } = await callAdmin(command.data, command.event, (step) => console.error(`… ${step}`));
    console.log(report(answer as Made, appUrl));
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

process.exitCode = await run(process.argv.slice(2));
