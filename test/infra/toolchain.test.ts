import { readFileSync } from 'node:fs';

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

it('has a CDK command line of line 2: a 3.0.0 was published by accident and refuses our assemblies', () => {
  expect(versionOf('aws-cdk')).toMatch(/^2\./);
  expect(versionOf('aws-cdk-lib')).toMatch(/^2\./);
});

it('carries every feature flag that this CDK recommends', () => {
  const recommended = JSON.parse(
    readFileSync('node_modules/aws-cdk-lib/recommended-feature-flags.json', 'utf8'),
  ) as object;
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: object };
  expect(context).toEqual(recommended);
});

it('locks the packages of every platform, also those that npm left out here', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const locked = new Set(
    Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) =>
      /^\d/.test(version) && !locked.has(name) ? [name] : [],
    ),
  );
  // `node .ci/complete-lockfile.js` adds them.
  expect(missing).toEqual([]);
});
