import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../local/seed.ts';
import { demoIn, type SignpostProcess, signpostProcesses } from '../fixtures/signpost-process.ts';

const signpost = signpostProcesses();
const data = mkdtempSync(join(tmpdir(), 'signpost-reset-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function start(...args: string[]): Promise<SignpostProcess & { readonly demo: Demo }> {
  const started = await signpost(['--data', data, ...args]).ready();
  return { ...started, demo: demoIn(data) };
}

test('--reset starts over: other keys, none of the links, the demo links again; but not below a Signpost that runs', async () => {
  const first = await start('--empty');
  const created = await fetch(`${first.demo.app}/v1/urls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first.demo.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ original_url: 'https://example.com/', custom_alias: 'forgotten' }),
  });
  expect(created.status).toBe(201);
  expect(await first.stop()).toBe(0);

  const second = await start('--reset');
  const look = async (code: string) =>
    (await fetch(`${second.demo.short}/${code}`, { method: 'HEAD', redirect: 'manual' })).status;
  expect([await look('forgotten'), await look('blog')]).toEqual([404, 302]);
  const list = (key: string) => fetch(`${second.demo.app}/v1/urls`, { headers: { authorization: `Bearer ${key}` } });
  expect([(await list(first.demo.api_key)).status, (await list(second.demo.api_key)).status]).toEqual([401, 200]);

  const rival = signpost(['--data', data, '--reset']);
  expect([await rival.ended(), rival.errors()]).toEqual([1, expect.stringMatching(/Another Signpost is using /)]);
  expect((await list(second.demo.api_key)).status).toBe(200);
  expect(await second.stop()).toBe(0);
}, 60_000);
