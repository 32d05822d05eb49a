import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Laptop } from './laptop.ts';

/** `demo.json`: what scripts and the README's tour start from. */
export type Demo = {
  readonly app: string;
  readonly short: string;
  /** The demo user, an administrator. */
  readonly email: string;
  readonly password: string;
  /** Key of a workspace without tight limits. */
  readonly api_key: string;
  /** Key of a workspace on the free plan. */
  readonly free_api_key: string;
};

export const demoPath = (laptop: Pick<Laptop, 'dataPath'>): string => join(laptop.dataPath, 'demo.json');

/**
 * On the first start makes the demo user and workspaces, their keys and (unless `empty`) demo links; on later ones only
 * notes where the doors are now. A demo.json from before there were users gets one and keeps its keys. Ends with
 * `demo.json` written, so that an interrupted first start is one again.
 */
export async function seed(laptop: Laptop, options: { readonly empty: boolean }): Promise<Demo> {
  const path = demoPath(laptop);
  const doors = { app: laptop.appUrl, short: laptop.shortUrl };
  const { email, password, api_key, free_api_key } = factsIn(path);
  const hasKeys = api_key !== undefined && free_api_key !== undefined;
  if (hasKeys && email !== undefined && password !== undefined) {
    return write(path, { ...doors, email, password, api_key, free_api_key });
  }
  // The SDK is only needed here, and takes its time to load.
  const { createDemoAccounts } = await import('./demo-accounts.ts');
  const made = await createDemoAccounts(laptop, hasKeys ? { apiKey: api_key, freeApiKey: free_api_key } : {});
  if (!options.empty && !hasKeys) {
    const { createDemoLinks } = await import('./demo-links.ts');
    await createDemoLinks(laptop.appUrl, laptop.shortUrl, made.apiKey);
  }
  const { apiKey, freeApiKey } = made;
  return write(path, {
    ...doors,
    email: made.email,
    password: made.password,
    api_key: apiKey,
    free_api_key: freeApiKey,
  });
}

/** What an earlier start wrote down; nothing where there is no file or it cannot be read. */
function factsIn(path: string): Partial<Demo> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Demo>;
  } catch {
    return {};
  }
}

function write(path: string, demo: Demo): Demo {
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, path);
  return demo;
}
