import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../local/seed.ts';

/** What `test/local/start.test.ts` leaves open of `npm start`: starting over, and a second Ctrl-C. */
const REPOSITORY = join(__dirname, '..', '..');
const data = mkdtempSync(join(tmpdir(), 'signpost-reset-'));
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<{ readonly child: ChildProcess; readonly demo: Demo }> {
  const child = spawn(
    process.execPath,
    ['--import', './bin/require-node.js', 'local/start.ts', '--data', data, ...args],
    {
      cwd: REPOSITORY,
      env: { PATH: process.env['PATH'], PORT: '0', SHORT_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) if (chunk.includes('Stop with Ctrl-C')) break;
  child.stdout.resume();
  return { child, demo: JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as Demo };
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('--reset starts over: other keys, none of the links, and the demo links again', async () => {
  const first = await start('--empty');
  const created = await fetch(`${first.demo.app}/v1/urls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first.demo.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ original_url: 'https://example.com/', custom_alias: 'forgotten' }),
  });
  expect(created.status).toBe(201);
  expect(await stop(first.child)).toBe(0);

  const second = await start('--reset');
  const look = async (code: string) =>
    (await fetch(`${second.demo.short}/${code}`, { method: 'HEAD', redirect: 'manual' })).status;
  expect([await look('forgotten'), await look('blog')]).toEqual([404, 302]);
  const list = (key: string) => fetch(`${second.demo.app}/v1/urls`, { headers: { authorization: `Bearer ${key}` } });
  expect([(await list(first.demo.api_key)).status, (await list(second.demo.api_key)).status]).toEqual([401, 200]);
  expect(await stop(second.child)).toBe(0);
}, 60_000);
