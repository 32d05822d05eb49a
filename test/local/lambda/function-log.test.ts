import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFunctionLog } from '../../../local/lambda/function-log.ts';
import { temporaryFolders } from '../engines/folder.ts';

const newFolder = temporaryFolders();
const MORE_THAN_A_FILE = 'x'.repeat(6 * 1024 * 1024);

/** The file is opened behind the back of whoever writes. */
async function opened(folder: string): Promise<void> {
  while (!existsSync(join(folder, 'redirect.log'))) await sleep(5);
}

it('a full file is set aside, and the one before it is gone', async () => {
  const folder = newFolder();
  const log = openFunctionLog(folder, 'redirect');
  for (const line of [`1${MORE_THAN_A_FILE}`, `2${MORE_THAN_A_FILE}`, '3']) {
    log.write(line);
    await opened(folder);
  }
  await log.close();
  expect(readdirSync(folder).sort()).toEqual(['redirect.log', 'redirect.log.1']);
  expect(readFileSync(join(folder, 'redirect.log'), 'utf8')).toBe('3');
  expect(readFileSync(join(folder, 'redirect.log.1'), 'utf8')).toMatch(/^2x/);
});

it('goes on when somebody has removed it', async () => {
  const folder = newFolder();
  const log = openFunctionLog(folder, 'redirect');
  log.write('a');
  await opened(folder);
  rmSync(join(folder, 'redirect.log'));
  log.write(MORE_THAN_A_FILE);
  log.write('b');
  await log.close();
  expect(readFileSync(join(folder, 'redirect.log'), 'utf8')).toBe('b');
});

it('takes more than a file at once', async () => {
  const log = openFunctionLog(newFolder(), 'redirect');
  for (let n = 0; n < 3; n += 1) log.write(MORE_THAN_A_FILE);
  await log.close();
});
