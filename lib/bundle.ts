import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, stop } from 'esbuild';
import { FUNCTIONS } from '../adapters/env.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** Where `bin/signpost.ts` puts the bundles for `buildApp` to take. */
export const FUNCTIONS_DIR = join(REPOSITORY, 'dist', 'functions');

/** Loading `assert` takes 4 to 8 ms, and Valkey's client only asserts when it meets a broken reply: loaded on first use. */
const LAZY_ASSERT = `
const load = () => process.getBuiltinModule('assert');
module.exports = new Proxy(() => {}, { apply: (_, self, values) => load()(...values), get: (_, name) => load()[name] });`;

/**
 * Takes Node's own modules through `process.getBuiltinModule`. An ES module cannot `require` them as bundled CommonJS
 * packages do, and importing them costs a cold start 12 to 15 ms more (measured on redirect, links and authorizer).
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      isBuiltin(path) ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: path === 'assert' ? LAZY_ASSERT : `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
};

/**
 * Bundles every `lambdas/<function>/index.ts` to `<functionsDir>/<function>/index.mjs` with its source map beside it.
 * The same sources give the same bytes, so an unchanged function keeps its asset hash. Rejects on a build error.
 */
export async function bundleFunctions(functionsDir: string = FUNCTIONS_DIR): Promise<void> {
  rmSync(functionsDir, { recursive: true, force: true });
  mkdirSync(functionsDir, { recursive: true });
  await bundle(
    FUNCTIONS.map((name) => ({ in: join(REPOSITORY, `lambdas/${name}/index.ts`), out: `${name}/index` })),
    functionsDir,
  );
}

/** Bundles entry points to `<outdir>/<out>.mjs`, as everything that runs in Lambda is bundled. */
export async function bundle(entryPoints: { in: string; out: string }[], outdir: string): Promise<void> {
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints,
    outdir: resolve(outdir),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    plugins: [builtins],
    // Valkey's client logs with it. It would bring the half for browsers too, and choose while it runs.
    alias: { debug: 'debug/src/node.js' },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const { out } of entryPoints) layWasmBeside(join(resolve(outdir), `${out}.mjs`));
  // Its service would stay beside the laptop for as long as that runs, with 250 MB.
  await stop();
}

/** How `adapters/wasm-file.ts` is called: `package/file.wasm`. What packages say of their own files has no slash in it. */
const WASM_NAME = /["'`]((?:@[\w-]+\/)?[\w-]+\/[\w./-]+\.wasm)["'`]/g;

/** A file of its own is read when it is first needed; within the bundle, each cold start would parse a third more bytes as text. */
function layWasmBeside(bundled: string): void {
  const { resolve } = createRequire(import.meta.url);
  for (const [, name = ''] of readFileSync(bundled, 'utf8').matchAll(WASM_NAME)) {
    copyFileSync(resolve(name), join(dirname(bundled), basename(name)));
  }
}
