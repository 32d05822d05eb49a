import { existsSync, readFileSync } from 'node:fs';

type Locked = { readonly dev?: boolean; readonly license?: string; readonly optionalDependencies?: object };

/** Licences that ask for no more than their notice, and the one in NOTICE that asks for its own sources alone. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Unlicense',
  'Zlib',
]);

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** A package for another platform has the licence of the one that asks for it: its own entry may say nothing. */
function licenceOf(path: string, { license }: Locked): string | undefined {
  if (license !== undefined) return license;
  if (existsSync(`${path}/package.json`))
    return (JSON.parse(readFileSync(`${path}/package.json`, 'utf8')) as Locked).license;
  const [, asking] =
    shipped.find(([, { optionalDependencies = {} }]) => Object.hasOwn(optionalDependencies, nameOf(path))) ?? [];
  return asking?.license;
}

/** Of `(MIT OR GPL-3.0-or-later)` one may choose; of `MIT AND Zlib` one must take both. */
const isAllowed = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part.trim())));

it('ships nothing but packages whose licence lets everybody use them', () => {
  expect(shipped.length).toBeGreaterThan(100);
  const refused = shipped.flatMap(([path, locked]) => {
    const licence = licenceOf(path, locked);
    return licence !== undefined && isAllowed(licence) ? [] : [`${nameOf(path)}: ${licence ?? 'none'}`];
  });
  expect(refused).toEqual([]);
});

it('names in NOTICE every package whose licence asks for that', () => {
  const notice = readFileSync('NOTICE', 'utf8');
  const asking = shipped
    .filter(([path, locked]) => licenceOf(path, locked) === 'MPL-2.0')
    .map(([path]) => nameOf(path));
  expect(asking.filter((name) => !notice.includes(name))).toEqual([]);
});
