import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** GitHub's anchors: lower case, spaces to hyphens, other marks gone. */
const anchorsOf = (markdown: string): readonly string[] =>
  Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );

describe.each(DOCUMENTS)('%s', (path) => {
  const text = read(path);

  test('links to files and headings that exist', () => {
    const broken = Array.from(text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g), ([, target = '']) => target).filter(
      (target) => {
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : join(dirname(path), file);
        return !existsSync(join(ROOT, linked)) || (anchor !== undefined && !anchorsOf(read(linked)).includes(anchor));
      },
    );
    expect(broken).toEqual([]);
  });

  test('names source files that exist', () => {
    const named = text.matchAll(
      /`((?:bin|lib|lambdas|core|adapters|local|web|test|bench|docs)\/[\w./-]+\.(?:ts|md|json))`/g,
    );
    const missing = Array.from(named, ([, file = '']) => file).filter((file) => !existsSync(join(ROOT, file)));
    expect(missing).toEqual([]);
  });
});

test('the licence is the whole of Apache-2.0', () => {
  const licence = read('LICENSE');
  expect(licence).toMatch(/Apache License\s+Version 2\.0, January 2004/);
  expect(licence).toContain('END OF TERMS AND CONDITIONS');
});
