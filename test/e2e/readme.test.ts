import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settingsFor } from '../../lib/config.ts';
import { banner } from '../../local/banner.ts';
import { demoPath, seed } from '../../local/seed.ts';
import { type Product, startProduct } from './product.ts';

const ROOT = join(__dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

type Block = { readonly language: string; readonly text: string };

/** What stands under a heading, up to the next of its level. */
function section(heading: string): string {
  const found = new RegExp(`^## ${heading}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(README)?.[1];
  if (found === undefined) throw new Error(`README.md has no section "${heading}".`);
  return found;
}
const blocksIn = (text: string): readonly Block[] =>
  Array.from(text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ([, language = '', body = '']) => ({
    language,
    text: body,
  }));

/** What differs from run to run: keys, passwords, times, ids, ports. */
const settled = (text: string): string =>
  text
    .replace(/sp_\w{32}_[0-9a-f]{6}/g, 'sp_KEY')
    .replace(/(usr|ws)_[0-9a-z]{22}/g, '$1_ID')
    .replace(/\/i\/[0-9a-f]{64}/g, '/i/HASH')
    .replace(/\(\d+\.\d s\)/, '(SECONDS s)')
    .replace(/(password: )\S+/, '$1PASSWORD')
    .replace(/(The same facts {2}).*/, '$1PATH')
    .replace(/(Mails {11})\S+/, '$1PATH')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"\d{4}-\d\d-\d\d"/g, '"DAY"')
    .replace(/(-)20\d\d"/g, '$1YEAR"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .trim();

describe('the quick start', () => {
  const commands = blocksIn(section('Quick start')).filter(({ language }) => language === 'sh');

  test('is one line to start and one to test, of scripts that exist', () => {
    expect(commands.map(({ text }) => text.trim())).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    expect(Object.keys(PACKAGE.scripts)).toEqual(expect.arrayContaining(['start', 'test']));
  });

  test('names only npm scripts, flags and files that there are', () => {
    for (const [, script = ''] of README.matchAll(/npm run ([\w:-]+)/g))
      expect(PACKAGE.scripts).toHaveProperty([script]);
    const start = readFileSync(join(ROOT, 'local/start.ts'), 'utf8');
    for (const [, flag = ''] of section('Quick start').matchAll(/`(?:npm start -- )?--(\w+)/g))
      expect(start).toContain(`${flag}: {`);
    const paths = README.matchAll(
      /(?:`|\()((?:bin|lib|lambdas|core|adapters|local|web|test|bench|docs)\/[\w./-]*|[A-Z]+(?:\.md)?)(?:`|[)#])/g,
    );
    const missing = Array.from(paths, ([, path = '']) => path)
      .filter((path) => path.includes('/') || path.endsWith('.md') || path === 'LICENSE')
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});

describe('beside a running Signpost', () => {
  let product: Product;
  let folder: string;
  beforeAll(async () => {
    product = await startProduct();
    rmSync(demoPath(product.laptop));
    await seed(product.laptop, { empty: false });
    folder = mkdtempSync(join(tmpdir(), 'signpost-tour-'));
    mkdirSync(join(folder, '.signpost'));
    cpSync(demoPath(product.laptop), join(folder, '.signpost', 'demo.json'));
    symlinkSync(product.laptop.outboxPath, join(folder, '.signpost', 'outbox'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await product.close();
  });

  /** The doors as the README has them and as they are here; in QR codes they are written in capitals. */
  const doors = (): readonly (readonly [said: string, here: string])[] => {
    const pairs = [
      ['http://localhost:4000', product.app],
      ['http://localhost:4001', product.short],
    ] as const;
    return [...pairs, ...pairs.map(([said, real]) => [said.toUpperCase(), real.toUpperCase()] as const)];
  };
  const here = (text: string): string => doors().reduce((whole, [said, real]) => whole.replaceAll(said, real), text);
  const there = (text: string): string => doors().reduce((whole, [said, real]) => whole.replaceAll(real, said), text);

  test('the banner is the one in the README, word for word', async () => {
    const demo = await seed(product.laptop, { empty: false });
    const shown = blocksIn(section('Quick start')).find(({ language }) => language === 'text')?.text ?? '';
    expect(settled(there(banner(product.laptop, demo, 1_100, false)))).toBe(settled(shown));
  });

  test.each([
    ['Two-minute tour', 8],
    ['Accounts', 5],
  ])('the commands of “%s” print what the README says', async (heading, count) => {
    const blocks = blocksIn(section(heading));
    const commands = blocks.filter(({ language }) => language === 'sh');
    const outputs = blocks.filter(({ language }) => language !== 'sh');
    expect([commands.length, outputs.length]).toEqual([count, count]);
    // One shell for all, as for a reader: what one block sets the next ones use.
    const script = commands.map(({ text }) => `${here(text)}echo; echo "=== next"`).join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: folder });
    const printed = stdout.split('=== next\n').slice(0, -1);
    for (const [index, { language, text }] of outputs.entries()) {
      const [got, said] = [settled(there(printed[index] ?? '')), settled(text)];
      if (language === 'json') expect(JSON.parse(got)).toEqual(JSON.parse(said));
      else expect(got).toBe(said);
    }
  });
});

describe('the settings table', () => {
  const GROUPS: ReadonlySet<string> = new Set(['cache', 'clicks', 'lake', 'qr', 'links', 'accounts', 'mail']);
  const flat = (stage: string): [name: string, value: string][] =>
    Object.entries(settingsFor(stage)).flatMap(([name, value]) =>
      GROUPS.has(name)
        ? Object.entries(value as object).map(([inner, one]): [string, string] => [`${name}.${inner}`, shown(one)])
        : [[name, shown(value)] as [string, string]],
    );
  const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

  test('has every setting with its value in dev and in prod', () => {
    const prod = new Map(flat('prod'));
    const rows = flat('dev')
      .filter(([name]) => name !== 'stage')
      .map(([name, value]) => `| \`${name}\` | \`${value}\` | \`${prod.get(name) ?? ''}\` |`);
    const deploy = section('Deploy');
    expect(rows.filter((row) => !deploy.includes(row))).toEqual([]);
  });

  test('stands above the outputs the stacks really have', () => {
    const stacks = ['accounts', 'app-domain', 'lake', 'monitoring', 'short-domain', 'streams'];
    const made = stacks.flatMap((stack) => {
      const source = readFileSync(join(ROOT, `lib/stacks/${stack}.ts`), 'utf8');
      return Array.from(
        source.matchAll(/new CfnOutput\(this, '(\w+)'/g),
        ([, name]) => `| \`${name}\` | \`signpost-STAGE-${stack}\` |`,
      );
    });
    const said = Array.from(section('Deploy').matchAll(/^\| `\w+` \| `signpost-STAGE-[\w-]+` \|/gm), ([row]) => row);
    expect(said.toSorted()).toEqual(made.toSorted());
  });
});
