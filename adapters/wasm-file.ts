import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Reads a WebAssembly file of a package, named as `package/file.wasm`. `lib/bundle.ts` lays every file that a bundle names
 * beside it; run from source, the file is in its package. Nothing is ever fetched.
 */
export async function wasmFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const beside = join(HERE, basename(name));
  return new Uint8Array(await readFile(existsSync(beside) ? beside : createRequire(import.meta.url).resolve(name)));
}
