import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../local/seed.ts';
import { demoIn, signpostProcesses } from '../fixtures/signpost-process.ts';

const REPOSITORY = join(__dirname, '..', '..');
const start = signpostProcesses();
const root = mkdtempSync(join(tmpdir(), 'signpost-start-'));
afterAll(() => rmSync(root, { recursive: true }));

async function signIn({ app, email }: Demo, password: string): Promise<{ status: number; token: string }> {
  const answer = await fetch(`${app}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { access_token: token = '' } = (await answer.json()) as { access_token?: string };
  return { status: answer.status, token };
}

describe('npm start', () => {
  test('starts whole, seeds once, keeps its data over restarts and stops cleanly', async () => {
    const data = join(root, 'kept');
    const first = await start(['--data', data]).ready();
    const demo = demoIn(data);
    const { app, short, email, password, api_key } = demo;
    const headers = { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' };
    const created = await fetch(`${app}/v1/urls`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ original_url: 'https://example.com/mine', custom_alias: 'mine' }),
    });
    expect([created.status, ((await created.json()) as { short_url: string }).short_url]).toEqual([
      201,
      `${short}/mine`,
    ]);
    for (const text of [app, short, email, password, api_key, 'demo.json', 'outbox', 'dynoxide'])
      expect(first.output()).toContain(text);
    const { status, token } = await signIn(demo, password);
    expect(status).toBe(200);
    expect(await first.stop()).toBe(0);
    expect(existsSync(join(data, 'run.json'))).toBe(false);

    const second = await start(['--data', data]).ready();
    const again = demoIn(data);
    expect(again).toEqual({ ...demo, app: again.app, short: again.short });
    const me = await fetch(`${again.app}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });
    expect([me.status, ((await me.json()) as { email: string }).email]).toEqual([200, email]);
    const visit = await fetch(`${again.short}/mine`, { redirect: 'manual' });
    expect([visit.status, visit.headers.get('location')]).toEqual([302, 'https://example.com/mine']);
    expect((await fetch(`${again.short}/blog`, { redirect: 'manual' })).status).toBe(302);

    const rival = start(['--data', data]);
    expect([await rival.ended(), rival.errors()]).toEqual([
      1,
      expect.stringMatching(/^Signpost could not start: Another Signpost is using .*\n$/),
    ]);
    expect(await second.stop()).toBe(0);
  }, 60_000);

  test('a demo.json from before there were people keeps its keys and gets somebody to sign in as', async () => {
    const data = join(root, 'former');
    const first = await start(['--data', data, '--empty']).ready();
    expect(await first.stop()).toBe(0);
    const { email: _email, password: formerPassword, ...former } = demoIn(data);
    writeFileSync(join(data, 'demo.json'), JSON.stringify(former));
    const second = await start(['--data', data, '--empty']).ready();
    const demo = demoIn(data);
    expect(demo).toMatchObject({ api_key: former.api_key, free_api_key: former.free_api_key });
    expect([demo.email, demo.password === formerPassword]).toEqual(['demo@signpost.localhost', false]);
    for (const key of [demo.api_key, demo.free_api_key]) {
      const list = await fetch(`${demo.app}/v1/urls`, { headers: { authorization: `Bearer ${key}` } });
      expect(list.status).toBe(200);
    }
    expect((await signIn(demo, demo.password)).status).toBe(200);
    expect((await signIn(demo, formerPassword)).status).toBe(401);
    expect(await second.stop()).toBe(0);
  }, 60_000);

  test('--empty makes the demo workspaces and keys but no links; --ephemeral leaves nothing behind', async () => {
    const empty = await start(['--ephemeral', '--empty']).ready();
    const path = /The same facts\s+(\S+)/.exec(empty.output())?.[1] ?? '';
    const demo = JSON.parse(readFileSync(path.startsWith('/') ? path : join(REPOSITORY, path), 'utf8')) as Demo;
    const list = await fetch(`${demo.app}/v1/urls`, { headers: { authorization: `Bearer ${demo.free_api_key}` } });
    expect([list.status, ((await list.json()) as { data: unknown[] }).data]).toEqual([200, []]);
    expect((await fetch(`${demo.short}/blog`, { redirect: 'manual' })).status).toBe(404);
    expect(await empty.stop()).toBe(0);
    expect(existsSync(path)).toBe(false);
  }, 60_000);

  const broken = join(root, 'broken');
  const newer = join(root, 'newer');
  const file = join(root, 'file');
  mkdirSync(broken);
  mkdirSync(newer);
  writeFileSync(join(broken, 'format.json'), 'half a fi');
  writeFileSync(join(newer, 'format.json'), '{"format": 3}');
  writeFileSync(file, '');

  test.each<[claim: string, args: string[], env: Record<string, string>, message: RegExp]>([
    ['a damaged data folder', ['--data', broken], {}, /is damaged .*start over with --reset/],
    ['a data folder of a newer version', ['--data', newer], {}, /newer Signpost/],
    ['a file in its place', ['--data', file], {}, /is a file/],
    ['a port that is none', ['--ephemeral'], { PORT: 'http' }, /PORT=http is not a port/],
    ['a flag nobody knows', ['--ephemral'], {}, /Unknown option '--ephemral'/],
  ])('%s is one sentence and exit 1', async (_claim, args, env, message) => {
    const started = start(args, env);
    expect(await started.ended()).toBe(1);
    expect(started.errors()).toMatch(message);
    expect(started.errors().trim().split('\n')).toHaveLength(1);
  });

  test.each(['PORT', 'SHORT_PORT'])('a busy %s is named, with the way out', async (variable) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const started = start(['--ephemeral'], { [variable]: String(port) });
    expect([await started.ended(), started.errors()]).toEqual([
      1,
      `Signpost could not start: Port ${port} is in use; stop what listens there or choose another port with ${variable}=${port + 10}.\n`,
    ]);
    server.close();
  });

  test('Ctrl-C while it is still starting ends it', async () => {
    const started = start(['--ephemeral']);
    while (!started.output().includes('…')) await new Promise((resolve) => setTimeout(resolve, 10));
    await started.stop();
    expect(started.child.signalCode).toBe('SIGINT');
  });
});
