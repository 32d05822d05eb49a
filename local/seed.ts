import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Laptop } from './laptop.ts';

/** `demo.json`: what scripts and the README's tour start from. */
export type Demo = {
  readonly app: string;
  readonly short: string;
  /** Key of a workspace without tight limits. */
  readonly api_key: string;
  /** Key of a workspace on the free plan. */
  readonly free_api_key: string;
};

export const demoPath = (laptop: Pick<Laptop, 'dataPath'>): string => join(laptop.dataPath, 'demo.json');

/**
 * On the first start makes the demo workspaces, their keys and (unless `empty`) demo links; on later ones only notes
 * where the doors are now. Ends with `demo.json` written, so that an interrupted first start is one again.
 */
export async function seed(laptop: Laptop, options: { readonly empty: boolean }): Promise<Demo> {
  const path = demoPath(laptop);
  const doors = { app: laptop.appUrl, short: laptop.shortUrl };
  const known = existsSync(path) ? keysIn(path) : null;
  if (known !== null) return write(path, { ...doors, ...known });
  // The SDK is only needed here, and takes its time to load.
  const { createDemoAccounts } = await import('./demo-accounts.ts');
  const { apiKey, freeApiKey } = await createDemoAccounts(laptop);
  if (!options.empty) {
    const { createDemoLinks } = await import('./demo-links.ts');
    await createDemoLinks(laptop.appUrl, laptop.shortUrl, apiKey);
  }
  return write(path, { ...doors, api_key: apiKey, free_api_key: freeApiKey });
}

/** Null for a file that holds no keys: it is written anew, with new ones. */
function keysIn(path: string): Pick<Demo, 'api_key' | 'free_api_key'> | null {
  try {
    const { api_key, free_api_key } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Demo>;
    return api_key === undefined || free_api_key === undefined ? null : { api_key, free_api_key };
  } catch {
    return null;
  }
}

function write(path: string, demo: Demo): Demo {
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, path);
  return demo;
}
