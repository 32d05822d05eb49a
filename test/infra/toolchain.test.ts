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
