import { parseArgs } from 'node:util';
import type { AdminEvent } from './admin-call.ts';

export const HELP = `Usage: npm run admin -- COMMAND [flags]

Does what only an operator may, on this machine's Signpost, whether it is running or not.

  create-user      makes a person; needs --email and --name
  make-admin       lets a person see and change everybody's accounts; needs --email
  reset-password   gives a link with which a person chooses another password; needs --email

  --email ADDRESS  of the person; counts as proven, no mail is sent
  --name NAME      also the name of the personal workspace
  --password TEXT  of a new person; without it there is a link with which they choose one
  --admin          the new person is an administrator
  --plan NAME      of the personal workspace: free (default), pro or unlimited
  --data FOLDER    another data folder than .signpost

A deployed stage has a command of its own: its accounts stack prints it as the output AdminCommand.
`;

export type AdminCall = { readonly event: AdminEvent; readonly dataDir: string };

const OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  password: { type: 'string' },
  admin: { type: 'boolean' },
  plan: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flag = keyof typeof OPTIONS;
type Rule = { readonly needs: readonly Flag[]; readonly takes: readonly Flag[] };

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['create-user', { needs: ['email', 'name'], takes: ['password', 'admin', 'plan'] }],
  ['make-admin', { needs: ['email'], takes: [] }],
  ['reset-password', { needs: ['email'], takes: [] }],
]);

/** What the command line asks for; null is help. Throws an Error with one sentence for what cannot be understood. */
export function adminCallOf(args: readonly string[]): AdminCall | null {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const { help = false, data = '.signpost', admin, ...texts } = values;
  if (help || positionals[0] === 'help') return null;
  const [command = '', ...rest] = positionals;
  const rule = RULES.get(command);
  if (rule === undefined || rest.length > 0) {
    throw new Error(`"${positionals.join(' ')}" is no command; there are ${[...RULES.keys()].join(', ')}`);
  }
  const given = Object.keys(values).filter((flag) => flag !== 'data');
  const missing = rule.needs.find((flag) => !given.includes(flag));
  if (missing !== undefined) throw new Error(`${command} needs --${missing}`);
  const superfluous = given.find((flag) => ![...rule.needs, ...rule.takes].includes(flag as Flag));
  if (superfluous !== undefined) throw new Error(`${command} takes no --${superfluous}`);
  return { event: { command, ...texts, ...(admin !== undefined && { is_admin: admin }) }, dataDir: data };
}
