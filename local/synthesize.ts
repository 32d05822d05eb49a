import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StageSettings } from '../lib/config.ts';
import type { Stack, Template } from './cloud/template.ts';

export type Assembly = {
  readonly stacks: readonly Stack[];
  /** Folder of the assembly, for what may be kept as long as it. */
  readonly dir: string;
  /** Lets go of the folder: until then it is not tidied away. */
  close(): Promise<void>;
};

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** What bundles and templates are made from. */
const SOURCES = ['{lambdas,core,adapters,lib,web}/**/*', 'cdk.json', 'package.json', 'package-lock.json'];
/** Other settings, the branch before: a few are worth keeping. */
const KEPT_ASSEMBLIES = 4;
const STILL_USED_EVERY_MS = 60_000;
const UNUSED_AFTER_MS = 5 * STILL_USED_EVERY_MS;
/** Stands in the templates where the short door's origin will be: a port must not make another assembly. */
const SHORT_ORIGIN_LATER = 'http://short-door.invalid';

/**
 * The stacks of the CDK app for these settings, synthesized in this process from freshly bundled functions. The
 * assembly is kept under `cacheDir` by the hash of all sources and settings, so an unchanged app loads neither esbuild
 * nor the CDK. Throws what bundling or synthesizing throws.
 */
export async function synthesize(
  settings: StageSettings,
  shortOrigin: string,
  cacheDir: string,
  onProgress: (step: string) => void,
): Promise<Assembly> {
  const laterBound = { ...settings, shortOrigin: settings.shortOrigin ?? SHORT_ORIGIN_LATER };
  const dir = await assemblyDirOf(laterBound, join(cacheDir, 'assembly'), onProgress);
  const stillUsed = (): void => {
    // Whoever empties the cache by hand only costs the next start its time.
    if (existsSync(dir)) utimesSync(dir, new Date(), new Date());
  };
  stillUsed();
  const timer = setInterval(stillUsed, STILL_USED_EVERY_MS);
  timer.unref();
  const text = readFileSync(join(dir, 'stacks.json'), 'utf8').replaceAll(SHORT_ORIGIN_LATER, shortOrigin);
  const stacks = JSON.parse(text) as { name: string; template: Template }[];
  return {
    stacks: stacks.map(({ name, template }) => ({ name, template, assetsDir: dir })),
    dir,
    close: async () => clearInterval(timer),
  };
}

/** The folder appears whole or not at all, and never under the hash of sources that changed while it was made. */
async function assemblyDirOf(
  settings: StageSettings,
  assembliesDir: string,
  onProgress: (step: string) => void,
): Promise<string> {
  for (;;) {
    const sources = hashOfSources();
    const key = createHash('sha256').update(sources).update(JSON.stringify(settings)).digest('hex').slice(0, 16);
    const dir = join(assembliesDir, key);
    if (existsSync(dir)) return dir;
    const draft = `${dir}.${process.pid}.draft`;
    await makeAssembly(settings, draft, onProgress);
    if (hashOfSources() !== sources) {
      rmSync(draft, { recursive: true, force: true });
      continue;
    }
    keep(draft, dir);
    dropUnused(assembliesDir);
    return dir;
  }
}

async function makeAssembly(settings: StageSettings, dir: string, onProgress: (step: string) => void): Promise<void> {
  onProgress('bundling the functions');
  const functionsDir = join(dir, 'functions');
  mkdirSync(functionsDir, { recursive: true });
  const { bundleFunctions } = await import('../lib/bundle.ts');
  await bundleFunctions(functionsDir);

  onProgress('synthesizing the templates');
  // Read when aws-cdk-lib is loaded: checking templates takes ten times as long as making them.
  process.env['CDK_VALIDATION'] = 'false';
  const { buildApp } = await import('../lib/app.ts');
  const assembly = buildApp(settings, { functionsDir, outdir: dir }).synth();
  const stacks = assembly.stacksRecursively.map(({ stackName, template }) => ({
    name: stackName,
    template: template as Template,
  }));
  writeFileSync(join(dir, 'stacks.json'), JSON.stringify(stacks));
  // The assembly has its own copies.
  rmSync(functionsDir, { recursive: true });
}

function keep(draft: string, dir: string): void {
  try {
    renameSync(draft, dir);
  } catch (error) {
    // Another process made the same at the same time.
    if (!existsSync(dir)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

function dropUnused(assembliesDir: string): void {
  const unusedSinceMs = Date.now() - UNUSED_AFTER_MS;
  const folders = readdirSync(assembliesDir)
    .map((name) => join(assembliesDir, name))
    .map((path) => ({ path, usedAtMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.usedAtMs - one.usedAtMs);
  for (const { path, usedAtMs } of folders.slice(KEPT_ASSEMBLIES)) {
    if (usedAtMs < unusedSinceMs) rmSync(path, { recursive: true, force: true });
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  const files = globSync(SOURCES, { cwd: REPOSITORY, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    hash.update(file.slice(REPOSITORY.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
