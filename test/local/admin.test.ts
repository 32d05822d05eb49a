import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoIn, type SignpostProcess, signpostProcesses } from '../fixtures/signpost-process.ts';

const REPOSITORY = join(__dirname, '..', '..');
const startSignpost = signpostProcesses();
const data = mkdtempSync(join(tmpdir(), 'signpost-admin-'));
const PASSWORD = 'a long enough one 42';

type Ended = { readonly code: number; readonly output: string; readonly errors: string };

const admin = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const line = ['--import', './bin/require-node.js', 'local/admin.ts', ...args, '--data', data];
    const child = execFile(process.execPath, line, { cwd: REPOSITORY }, (_error, output, errors) => {
      resolve({ code: child.exitCode ?? -1, output, errors });
    });
  });

async function signIn(app: string, email: string, password: string): Promise<Response> {
  const body = JSON.stringify({ email, password });
  return fetch(`${app}/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

const appUrl = (): string => demoIn(data).app;

let signpost: SignpostProcess | null = null;
afterAll(() => rmSync(data, { recursive: true }));

test('makes an administrator where nothing runs, who can sign in after the next start', async () => {
  const made = await admin(
    'create-user',
    '--email',
    'Ada@Example.org',
    '--name',
    'Ada',
    '--password',
    PASSWORD,
    '--admin',
  );
  expect(made).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^ada@example\.org, administrator \(usr_\w+\)\n/),
  });
  expect(made.output).toContain('start it with: npm start');
  expect(made.output).not.toContain(PASSWORD);
  expect(existsSync(join(data, 'run.json'))).toBe(false);

  signpost = await startSignpost(['--empty', '--data', data]).ready();
  expect(statSync(join(data, 'run.json')).mode & 0o077).toBe(0);
  const session = await signIn(appUrl(), 'ada@example.org', PASSWORD);
  expect([session.status, await session.json()]).toMatchObject([200, { user: { name: 'Ada', is_admin: true } }]);
}, 60_000);

test('asks the Signpost that runs; who got no password chooses one with the link', async () => {
  const { code, output } = await admin('create-user', '--email', 'bob@example.org', '--name', 'Bob', '--plan', 'pro');
  const [, link = ''] = /Choose a password within the hour: (\S+)/.exec(output) ?? [];
  expect([code, link]).toEqual([0, expect.stringContaining(`${appUrl()}/account/reset-password?token=`)]);
  expect((await fetch(link)).status).toBe(200);
  const reset = await fetch(`${appUrl()}/v1/auth/password/reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: new URL(link).searchParams.get('token'), password: PASSWORD }),
  });
  expect(reset.ok).toBe(true);
  expect((await signIn(appUrl(), 'bob@example.org', PASSWORD)).status).toBe(200);

  expect(await admin('make-admin', '--email', 'bob@example.org')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^bob@example\.org, administrator/) as string,
  });
}, 60_000);

test.each<[claim: string, args: string[], code: number, errors: RegExp]>([
  [
    'an address that has an account',
    ['create-user', '--email', 'bob@example.org', '--name', 'B'],
    1,
    /^EMAIL_TAKEN: .+\n$/,
  ],
  [
    'what is no address',
    ['create-user', '--email', 'bob', '--name', 'B'],
    1,
    /^VALIDATION_FAILED: .+\n {2}email: .+\n$/,
  ],
  ['somebody unknown', ['make-admin', '--email', 'eve@example.org'], 1, /^USER_NOT_FOUND: .+\n$/],
  ['a command that is none', ['delete-user'], 2, /^"delete-user" is no command; .*--help\n$/],
])('%s is refused in words', async (_claim, args, code, errors) => {
  expect(await admin(...args)).toEqual({ code, output: '', errors: expect.stringMatching(errors) as string });
});

test('is not led astray by what a killed Signpost left behind', async () => {
  if (signpost === null) throw new Error('The first test started none.');
  await signpost.kill();
  expect(existsSync(join(data, 'run.json'))).toBe(true);
  const { code, output } = await admin('reset-password', '--email', 'bob@example.org');
  expect([code, output]).toEqual([0, expect.stringMatching(/not running[\s\S]*reset-password\?token=/)]);
}, 60_000);

test('says how it is used', async () => {
  const { code, output } = await admin('--help');
  expect([code, output]).toEqual([0, expect.stringMatching(/Usage: npm run admin[\s\S]*AdminCommand/)]);
});
