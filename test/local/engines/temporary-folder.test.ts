import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openTemporaryFolder } from '../../../local/engines/temporary-folder.ts';

const AN_HOUR_AGO = new Date(Date.now() - 3_600_000);

/** A folder whose owner was killed an hour ago. */
async function abandoned(kind: string): Promise<string> {
  const child = fork(join(__dirname, 'temporary-folder-child.ts'), [kind], { execArgv: [] });
  const [path] = (await once(child, 'message')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  utimesSync(path, AN_HOUR_AGO, AN_HOUR_AGO);
  return path;
}

it('is gone with all that is in it when it is closed', () => {
  const folder = openTemporaryFolder('closed');
  mkdirSync(join(folder.path, 'inner'));
  writeFileSync(join(folder.path, 'inner', 'file'), '');
  folder.close();
  expect(existsSync(folder.path)).toBe(false);
});

it('takes away those of its kind that kill -9 left behind, and none that is held, young or of another kind', async () => {
  const [killed, other] = [await abandoned('one'), await abandoned('other')];
  const held = openTemporaryFolder('one');
  utimesSync(held.path, AN_HOUR_AGO, AN_HOUR_AGO);
  const young = join(tmpdir(), 'signpost-one-young');
  mkdirSync(young);
  expect([killed, other].map((path) => existsSync(path))).toEqual([false, true]);

  const next = openTemporaryFolder('one');
  expect([held.path, young, other, next.path].map((path) => existsSync(path))).toEqual([true, true, true, true]);
  held.close();
  next.close();
});

it('of a run of tests holds whatever they leave behind', () => {
  expect(basename(tmpdir())).toMatch(/^signpost-tests-/);
  expect(readdirSync(tmpdir())).toContain('lock');
});
