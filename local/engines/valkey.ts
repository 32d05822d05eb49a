import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Engine } from './engine.ts';
import { freePort } from './free-port.ts';
import { startRespServer } from './resp-server.ts';
import { spawnTied } from './tied-child.ts';

const BINARIES = ['valkey-server', 'redis-server'] as const;
type Binary = (typeof BINARIES)[number];

export type ValkeyEngine = Engine & { readonly kind: Binary | 'in-process' };

const READY_TIMEOUT_MS = 5_000;
/** A cache, not a store: nothing is written to disk, and the oldest goes when it is full. */
const SETTINGS = ['--save', '', '--appendonly', 'no', '--maxmemory', '128mb', '--maxmemory-policy', 'allkeys-lru'];

/**
 * The cache: `valkey-server` or `redis-server` where one is on PATH, else our own server in this process.
 * `preferBinary: false` takes ours in any case. It starts empty each time, as a cache may.
 */
export async function startValkey({ preferBinary = true } = {}): Promise<ValkeyEngine> {
  const binary = preferBinary ? findBinary() : null;
  return binary === null ? { kind: 'in-process', ...(await startRespServer()) } : startBinary(binary);
}

/** The first server program on PATH, or null. */
export function findBinary(path = process.env['PATH'] ?? ''): { kind: Binary; path: string } | null {
  for (const kind of BINARIES) {
    for (const folder of path.split(delimiter)) {
      const candidate = join(folder, kind);
      if (isExecutable(candidate)) return { kind, path: candidate };
    }
  }
  return null;
}

async function startBinary({ kind, path }: { kind: Binary; path: string }): Promise<ValkeyEngine> {
  const port = await freePort();
  const child = spawnTied(path, ['--port', String(port), '--bind', '127.0.0.1', ...SETTINGS]);
  try {
    await child.said(/ready to accept connections/i, READY_TIMEOUT_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { kind, url: `redis://127.0.0.1:${port}`, close: () => child.stop() };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
