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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StageSettings } from '../lib/config.ts';
import type { Stack, Template } from './cloud/template.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** What bundles and templates are made from. */
const SOURCES = ['{lambdas,core,adapters,lib,web}/**/*', 'cdk.json', 'package.json', 'package-lock.json'];
/** Other ports, other settings, the branch before: a few are worth keeping. */
const KEPT_PER_KIND = 4;

/**
 * The stacks of the CDK app for these settings, synthesized in this process, with bundled functions. Both are kept
 * under `cacheDir` by the hash of all sources (and settings), so an unchanged app loads neither esbuild nor the CDK.
 */
export async function synthesize(
  settings: StageSettings,
  cacheDir: string,
  onProgress: (step: string) => void,
): Promise<readonly Stack[]> {
  const sources = hashOfSources();
  const functionsDir = await made(cacheDir, 'functions', sources, async (folder) => {
    onProgress('bundling the functions');
    const { bundleFunctions } = await import('../lib/bundle.ts');
    await bundleFunctions(folder);
  });
  const settingsHash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
  const assemblyDir = await made(cacheDir, 'assembly', `${sources}-${settingsHash}`, async (folder) => {
    onProgress('synthesizing the templates');
    // Read when aws-cdk-lib is loaded: checking templates takes ten times as long as making them.
    process.env['CDK_VALIDATION'] = 'false';
    const { buildApp } = await import('../lib/app.ts');
    const assembly = buildApp(settings, { functionsDir, outdir: folder }).synth();
    const stacks = assembly.stacksRecursively.map(({ stackName, template }) => ({
      stackName,
      template: template as Template,
    }));
    writeFileSync(join(folder, 'stacks.json'), JSON.stringify(stacks));
  });
  const stacks = JSON.parse(readFileSync(join(assemblyDir, 'stacks.json'), 'utf8')) as {
    stackName: string;
    template: Template;
  }[];
  return stacks.map(({ stackName, template }) => ({ name: stackName, assetsDir: assemblyDir, template }));
}

/** The folder `<cacheDir>/<kind>/<key>`, filled by `make` where it is missing. It appears whole or not at all. */
async function made(
  cacheDir: string,
  kind: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const kindDir = join(cacheDir, kind);
  const folder = join(kindDir, key);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}.draft`;
  mkdirSync(draft, { recursive: true });
  await make(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another process made the same at the same time.
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  dropOldest(kindDir);
  return folder;
}

function dropOldest(kindDir: string): void {
  const folders = readdirSync(kindDir)
    .filter((name) => !name.endsWith('.draft'))
    .map((name) => ({ path: join(kindDir, name), atMs: statSync(join(kindDir, name)).mtimeMs }))
    .sort((one, other) => other.atMs - one.atMs);
  for (const { path } of folders.slice(KEPT_PER_KIND)) rmSync(path, { recursive: true, force: true });
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  const files = globSync(SOURCES, { cwd: REPOSITORY, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash.update(file.slice(REPOSITORY.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}
