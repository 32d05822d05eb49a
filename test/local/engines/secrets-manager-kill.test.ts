import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { currentValue } from '../../../local/engines/secret.ts';
import { openSecretStore } from '../../../local/engines/secret-store.ts';
import { CLIENT } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const KILLS = 3;

async function startChild(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(__dirname, 'secrets-manager-child.ts'), [dataDir], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

/** Puts values until the server is gone; answers the last that was acknowledged and the one that may be there. */
async function putUntilKilled(url: string, kill: number): Promise<readonly (string | null)[]> {
  const client = new SecretsManagerClient({ ...CLIENT, endpoint: url });
  let acknowledged: string | null = null;
  for (let call = 0; ; call += 1) {
    const SecretString = `${kill}/${call}`;
    try {
      await client.send(new PutSecretValueCommand({ SecretId: 'Keys', SecretString }));
      acknowledged = SecretString;
    } catch {
      client.destroy();
      return [acknowledged, SecretString];
    }
  }
}

it(`has the last acknowledged value after ${KILLS} times kill -9 while values are put`, async () => {
  const dataDir = newFolder();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, url } = await startChild(dataDir);
    const putting = putUntilKilled(url, kill);
    setTimeout(() => child.kill('SIGKILL'), 150 + 37 * kill);
    const [acknowledged, ...maybe] = await putting;
    expect(acknowledged).not.toBeNull();
    const secret = openSecretStore({ dataDir }).get('Keys');
    expect([acknowledged, ...maybe]).toContain(secret === undefined ? undefined : currentValue(secret));
  }
});
