import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a bench puts load on: a process of its own. */
export type Target = { readonly name: string; readonly url: string; readonly pid: number };

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A server of `bench/handlers`, which says on which port it listens. */
export async function startServer(
  name: string,
  file: string,
  path: string,
  env: NodeJS.ProcessEnv,
  children: ChildProcess[],
): Promise<Target> {
  const child = spawn(process.execPath, [join(HERE, 'handlers', file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [, port = ''] = await said(child, /port (\d+)/);
  return { name, url: `http://127.0.0.1:${port}${path}`, pid: child.pid ?? 0 };
}

/** A whole Signpost with one link; `app` is where customers call. */
export async function startSignpost(
  folder: string,
  children: ChildProcess[],
): Promise<Target & { readonly app: string }> {
  const env = { ...process.env, PORT: '0', SHORT_PORT: '0' };
  const args = ['local/start.ts', '--data', folder, '--empty'];
  const child = spawn(process.execPath, args, { cwd: join(HERE, '..'), env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await said(child, /Ctrl-C/);
  const demo = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as {
    app: string;
    short: string;
    api_key: string;
  };
  const answer = await fetch(`${demo.app}/v1/urls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      original_url: 'https://example.com/a/rather/long/path?with=a&query=string',
      custom_alias: 'hot',
    }),
  });
  if (answer.status !== 201) throw new Error(`The link was not made: ${await answer.text()}`);
  return { name: 'Signpost, click recorded', url: `${demo.short}/hot`, pid: child.pid ?? 0, app: demo.app };
}

function said(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once('exit', (code) => reject(new Error(`A target ended with ${code}: ${text}`)));
  });
}
