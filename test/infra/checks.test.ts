import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { buildApp } from '../../lib/app.ts';
import { addChecks } from '../../lib/checks.ts';
import { settingsFor } from '../../lib/config.ts';
import { emptyBundles } from './assembly.ts';

const functionsDir = emptyBundles();
const SHORTEST_REASON = 30;

beforeAll(() => {
  process.env['CDK_VALIDATION'] = 'true';
});
afterAll(() => {
  process.env['CDK_VALIDATION'] = 'false';
});

type Accepted = { readonly construct: IConstruct; readonly rule: string; readonly reason: string };
const acceptedIn = (app: App): Accepted[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      // CDK accepts some findings of its own rules by itself.
      .filter(([rule]) => /AwsSolutions|Serverless/.test(rule))
      .map(([rule, reason]) => ({ construct, rule, reason })),
  );

it.each(['dev', 'prod'])('%s passes AWS’s rules for solutions and for serverless', (stage) => {
  const app = buildApp(settingsFor(stage), { functionsDir });
  addChecks(app);
  expect(() => app.synth()).not.toThrow();
});

it('fails on a finding that nobody accepted', () => {
  const app = buildApp(settingsFor('dev'), { functionsDir });
  new Bucket(app.node.findChild('Data'), 'Careless');
  addChecks(app);
  expect(() => app.synth()).toThrow(/Data\/Careless\/Resource[^]*AwsSolutions-S10/);
});

it('accepts each finding on one construct, with a reason worth reading', () => {
  const accepted = acceptedIn(buildApp(settingsFor('prod'), { functionsDir }));
  expect(accepted.length).toBeGreaterThan(10);
  for (const { construct, rule, reason } of accepted) {
    expect([rule, Stack.isStack(construct) || App.isApp(construct)]).toEqual([rule, false]);
    expect(reason.length).toBeGreaterThanOrEqual(SHORTEST_REASON);
  }
});
