import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** How far each shard of each mapping was handed over. Delivery is at least once: what is lost here is read again. */
export type Checkpoints = {
  get(name: string): string | null;
  /** Remembers at once and writes soon; writes that are waiting become one. */
  set(name: string, sequenceNumber: string): void;
  /** Resolves when everything set so far is on disk. */
  flush(): Promise<void>;
};

/** Checkpoints in a JSON file, replaced as a whole; path null keeps them in memory. Throws on a file that is not ours. */
export function openCheckpoints(path: string | null): Checkpoints {
  const checkpoints = path === null ? new Map<string, string>() : readCheckpoints(path);
  let writing: Promise<void> | null = null;
  let isDirty = false;

  async function write(file: string): Promise<void> {
    while (isDirty) {
      isDirty = false;
      await replaceFile(file, JSON.stringify(Object.fromEntries(checkpoints), null, 1));
    }
    writing = null;
  }

  return {
    get: (name) => checkpoints.get(name) ?? null,
    set(name, sequenceNumber) {
      checkpoints.set(name, sequenceNumber);
      if (path === null) return;
      isDirty = true;
      // A full disk only means that more is handed over again after the next start.
      writing ??= write(path).catch(() => {
        writing = null;
      });
    },
    flush: async () => {
      await writing;
    },
  };
}

function readCheckpoints(path: string): Map<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  const found: unknown = JSON.parse(text);
  if (typeof found !== 'object' || found === null) throw new Error(`${path} holds no checkpoints.`);
  return new Map(Object.entries(found).map(([name, value]) => [name, String(value)]));
}

/** Either the old text or the new one is there, whatever happens in between. */
async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
