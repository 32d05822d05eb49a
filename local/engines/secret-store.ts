import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret, type Secret } from './secret.ts';

/** All secrets with all their versions. What `put` has returned from is on disk. */
export type SecretStore = {
  get(name: string): Secret | undefined;
  put(secret: Secret): void;
  /** Makes the secret with this first value where there is none yet, and answers it. */
  ensure(name: string, firstValue: () => string): Secret;
};

/** Kept in `dataDir/secrets.json`, readable by its owner only. Without `dataDir` they last as long as the process. */
export function openSecretStore({ dataDir }: { dataDir?: string } = {}): SecretStore {
  const path = dataDir === undefined ? null : join(dataDir, 'secrets.json');
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const secrets = path === null ? new Map<string, Secret>() : read(path);

  function put(secret: Secret): void {
    secrets.set(secret.name, secret);
    if (path !== null) write(path, secrets);
  }

  return {
    get: (name) => secrets.get(name),
    put,
    ensure(name, firstValue) {
      const known = secrets.get(name);
      if (known !== undefined) return known;
      const secret = newSecret(name, firstValue(), randomUUID(), Date.now());
      put(secret);
      return secret;
    },
  };
}

function read(path: string): Map<string, Secret> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  const stored = Object.entries(JSON.parse(text) as Record<string, string | Secret>);
  // Before secrets had versions, the file held their values.
  return new Map(
    stored.map(([name, one]) => [name, typeof one === 'string' ? newSecret(name, one, randomUUID(), Date.now()) : one]),
  );
}

/** Written beside and renamed, so that the file is whole at every moment. */
function write(path: string, secrets: ReadonlyMap<string, Secret>): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, JSON.stringify(Object.fromEntries(secrets), null, 2));
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
