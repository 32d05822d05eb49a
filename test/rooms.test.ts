import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join, posix } from 'node:path';

const MAX_LINES = 350;
const ROOMS = ['bin', 'lib', 'lambdas', 'core', 'adapters', 'local', 'web'] as const;
const root = join(__dirname, '..');
const sources = ROOMS.flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root })).sort();

/** Data that both worlds read says so in its first comment; it may be imported from anywhere. */
const FACTS = new Set(sources.filter((file) => /\/\*\*\s+(\* )?★/.test(readFileSync(join(root, file), 'utf8'))));

type Import = { readonly from: string; readonly target: string; readonly typeOnly: boolean };

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\b(?:import|require)\(\s*'([^']+)'/g);
  const resolve = (specifier: string) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
  return [
    ...Array.from(statements, ([, type, target = '']) => ({ from: file, target: resolve(target), typeOnly: !!type })),
    ...Array.from(dynamic, ([, target = '']) => ({ from: file, target: resolve(target), typeOnly: false })),
  ];
}

const within = (target: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => target.startsWith(`${folder}/`));
const isPackage = (target: string): boolean =>
  !isBuiltin(target) && !ROOMS.some((room) => within(target, room)) && !target.endsWith('.json');
const oneOf = (target: string, ...names: readonly string[]): boolean =>
  names.some((name) => target === name || target.startsWith(`${name}/`));

/** The direction of imports (design §3): what each room may import beside the facts. */
function mayImport({ from, target, typeOnly }: Import): boolean {
  if (FACTS.has(target)) return true;
  const library = isPackage(target) || isBuiltin(target);
  if (within(from, 'core'))
    return (
      within(target, 'core') ||
      oneOf(target, 'node:crypto', 'node:net', 'node:util', 'node:zlib', 'zod', 'jose', 'qrcode', 'bowser', 'isbot')
    );
  if (within(from, 'adapters')) return within(target, 'adapters', 'core') || library;
  if (within(from, 'lambdas') && basename(from) === 'index.ts')
    return within(target, 'lambdas', 'adapters', 'core') || library;
  if (within(from, 'lambdas')) return within(target, 'lambdas', 'core', 'web') || library;
  if (within(from, 'web'))
    return within(target, 'web') || (within(target, 'core') && typeOnly) || target === 'node:crypto';
  if (within(from, 'lib'))
    return (
      within(target, 'lib') ||
      isBuiltin(target) ||
      oneOf(target, 'aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild', 'zod') ||
      target === 'cdk.json'
    );
  if (within(from, 'local')) return within(target, 'local', 'lib', 'core') || isForm(from, target) || library;
  return within(from, 'bin') && (within(target, 'lib', 'bin') || library || target.endsWith('.json'));
}

/** Demo items, and the rows that the laptop's Firehose writes, have the adapters' own form. */
const isForm = (from: string, target: string): boolean =>
  within(from, 'local') && /^adapters\/([a-z-]+-items?|parquet-file)\.ts$/.test(target);

describe('The rooms of the house', () => {
  it('holds source files at all', () => {
    for (const room of ROOMS) expect(sources.some((file) => within(file, room))).toBe(true);
  });

  it('knows the fact files', () => {
    for (const fact of [
      'core/errors.ts',
      'core/clicks/row.ts',
      'adapters/env.ts',
      'adapters/table.ts',
      'lambdas/routes.ts',
    ])
      expect([fact, FACTS.has(fact)]).toEqual([fact, true]);
    const strays = [...FACTS].flatMap(importsOf).filter(({ target, typeOnly }) => !FACTS.has(target) && !typeOnly);
    expect(strays).toEqual([]);
  });

  it('has no import that runs against the direction', () => {
    const strays = sources
      .flatMap(importsOf)
      .filter((found) => !mayImport(found))
      .map(({ from, target }) => `${from} → ${target}`);
    expect(strays).toEqual([]);
  });

  it.each([
    ['core/links/visit.ts', 'adapters/valkey.ts'],
    ['core/links/visit.ts', 'node:fs'],
    ['core/links/visit.ts', '@aws-sdk/client-dynamodb'],
    ['lambdas/links/handler.ts', 'adapters/link-store.ts'],
    ['lambdas/links/index.ts', 'local/start.ts'],
    ['adapters/link-store.ts', 'lambdas/http.ts'],
    ['lib/app.ts', 'adapters/link-store.ts'],
    ['web/visitor/page.ts', 'core/links/visit.ts'],
    ['bin/signpost.ts', 'local/start.ts'],
    ['local/start.ts', 'adapters/link-store.ts'],
  ])('would notice %s importing %s', (from, target) => {
    expect(mayImport({ from, target, typeOnly: false })).toBe(false);
  });

  it('gives every file a name that says what is in it', () => {
    const nameless = sources.filter((file) => /^(utils?|helpers?|common|misc|shared)\.ts$/.test(basename(file)));
    expect(nameless).toEqual([]);
  });

  it(`keeps every file within ${MAX_LINES} lines`, () => {
    const long = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > MAX_LINES + 1);
    expect(long).toEqual([]);
  });

  it('nowhere branches on being local in the product', () => {
    const branches = sources
      .filter((file) => within(file, 'lambdas', 'adapters', 'core'))
      .filter((file) => /\b(isLocal|IS_LOCAL|SIGNPOST_LOCAL|NODE_ENV)\b/.test(readFileSync(join(root, file), 'utf8')));
    expect(branches).toEqual([]);
  });
});
