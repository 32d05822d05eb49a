import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tendDatabase } from './dynamodb-upkeep.ts';
import { lockFolder } from './folder-lock.ts';
import { freePort } from './free-port.ts';
import { type HeldFolder, openTemporaryFolder } from './temporary-folder.ts';
import { spawnTied } from './tied-child.ts';

export type DynamoDbServer = { readonly url: string; stop(): Promise<void> };

const READY_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 3;

/**
 * The DynamoDB that does the work, behind our proxy: the server at DYNAMODB_ENDPOINT, else dynoxide, with its database
 * in `dataDir` or in a temporary folder that goes with it (not in memory: there its stream records could have no index,
 * dynamodb-upkeep.ts). Throws one sentence when another Signpost uses `dataDir` or there is no binary to start.
 */
export async function startDynamoDbServer(dataDir: string | null, env = process.env): Promise<DynamoDbServer> {
  const endpoint = env['DYNAMODB_ENDPOINT'];
  if (endpoint !== undefined) return { url: endpoint, stop: () => Promise.resolve() };

  const binary = env['DYNOXIDE_BIN'] ?? packagedBinary();
  const folder = dataDir === null ? openTemporaryFolder('tables') : holdFolder(dataDir);
  try {
    const server = await startOnDisk(binary, folder.path);
    return { url: server.url, stop: () => server.stop().finally(folder.close) };
  } catch (error) {
    folder.close();
    throw error;
  }
}

function holdFolder(path: string): HeldFolder {
  const lock = lockFolder(path);
  return { path, close: () => lock.release() };
}

async function startOnDisk(binary: string, folder: string): Promise<DynamoDbServer> {
  const database = join(folder, 'tables.db');
  const server = await startDynoxide(binary, ['--db-path', database]);
  tendDatabase(database, Date.now());
  return server;
}

async function startDynoxide(binary: string, databaseArgs: readonly string[]): Promise<DynamoDbServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawnTied(binary, ['serve', '--host', '127.0.0.1', '--port', String(port), ...databaseArgs]);
    try {
      await child.said(/listening on/i, READY_TIMEOUT_MS);
      return { url: `http://127.0.0.1:${port}`, stop: () => child.stop() };
    } catch (error) {
      await child.stop();
      // Somebody may have taken the port between looking and starting.
      if (attempt === START_ATTEMPTS || !/already in use/.test(String(error))) throw error;
    }
  }
}

function packagedBinary(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`);
    return join(dirname(manifest), 'dynoxide');
  } catch (cause) {
    throw new Error(
      `No dynoxide package for ${platform} is installed: set DYNOXIDE_BIN to a dynoxide binary or DYNAMODB_ENDPOINT to a DynamoDB server.`,
      { cause },
    );
  }
}
