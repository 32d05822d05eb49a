import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { FUNCTIONS } from '../adapters/env.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** Where `bin/signpost.ts` and the laptop put the bundles, and what `buildApp` takes as `functionsDir`. */
export const FUNCTIONS_DIR = join(REPOSITORY, 'dist', 'functions');

/**
 * Bundled CommonJS packages (the AWS SDK, Valkey's client) `require` Node's own modules, which an ES module cannot.
 * `getBuiltinModule` answers exactly those calls and is quicker at cold start than `createRequire`.
 */
const REQUIRE_BUILTINS = 'const require=process.getBuiltinModule;';

/**
 * Bundles every `lambdas/<function>/index.ts` to `<functionsDir>/<function>/index.mjs` with its source map beside it.
 * The same sources give the same bytes, so an unchanged function keeps its asset hash. Throws on a build error.
 */
export function bundleFunctions(functionsDir: string = FUNCTIONS_DIR): void {
  rmSync(functionsDir, { recursive: true, force: true });
  mkdirSync(functionsDir, { recursive: true });
  buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: FUNCTIONS.map((name) => ({ in: `lambdas/${name}/index.ts`, out: `${name}/index` })),
    outdir: resolve(functionsDir),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BUILTINS },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
