import { readFileSync } from 'node:fs';
import { anchorOf, RUNBOOKS } from '../../lib/constructs/alarm-set.ts';
import { assemblyOf } from './assembly.ts';

const prod = assemblyOf('prod');
const alarmsOf = (stage: typeof prod) => stage.ofType('AWS::CloudWatch::Alarm').map(({ properties }) => properties);
const namesOf = (stage: typeof prod) => alarmsOf(stage).map((alarm) => String(alarm['AlarmName']));

/** GitHub's anchor of a heading: lower case, spaces to hyphens. */
const sections = new Set(
  [...readFileSync(RUNBOOKS, 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  ),
);

it('rings for redirects, both doors, signing in, everything that can fall behind, and what was given up', () => {
  expect(namesOf(prod).sort()).toEqual(
    [
      'app-domain-failures',
      'batch-sweep-errors',
      'batches-failed',
      'cache-sync-behind',
      'counts-behind',
      'erasure-behind',
      'events-behind',
      'events-given-up',
      'events-undelivered',
      'jobs-given-up',
      'key-rotation-errors',
      'lake-behind',
      'lake-transform-errors',
      'mail-behind',
      'reconcile-difference',
      'reconcile-silent',
      'records-given-up',
      'redirect-errors',
      'redirect-slow',
      'redirect-throttles',
      'reports-failed',
      'roll-up-errors',
      'row-erasure-errors',
      'rows-given-up',
      'salt-forgetting-errors',
      'short-domain-failures',
      'sign-in-errors',
      'sign-in-throttles',
      'spool-behind',
      'usage-report-errors',
    ].map((name) => `signpost-prod-${name}`),
  );
  expect(namesOf(assemblyOf('dev'))).not.toContain('signpost-dev-cache-sync-behind');
});

it.each(namesOf(prod))('%s points at a section of the runbooks that exists', (name) => {
  const alarm = alarmsOf(prod).find((candidate) => candidate['AlarmName'] === name);
  const anchor = /docs\/operations\/runbooks\.md#([\w-]+)$/.exec(String(alarm?.['AlarmDescription']))?.[1];
  expect(anchor).toBe(name.replace('signpost-prod-', ''));
  expect(sections).toContain(anchor);
});

it('has no section without an alarm', () => {
  expect([...sections].sort()).toEqual(
    namesOf(prod)
      .map((name) => name.replace('signpost-prod-', ''))
      .sort(),
  );
});

it('tells the topic when an alarm rings and when it stops', () => {
  for (const alarm of alarmsOf(prod)) {
    expect(alarm).toMatchObject({
      AlarmActions: [expect.stringMatching(/^<AlarmTopic/)],
      OKActions: [expect.stringMatching(/^<AlarmTopic/)],
    });
  }
});

it('takes silence for good news, but of what must go on happening', () => {
  const [bad, good] = ['breaching', 'notBreaching'].map((silence) =>
    alarmsOf(prod).filter((alarm) => alarm['TreatMissingData'] === silence),
  );
  expect(bad).toEqual([
    expect.objectContaining({
      AlarmName: 'signpost-prod-reconcile-silent',
      ComparisonOperator: 'LessThanThreshold',
      Statistic: 'SampleCount',
      Threshold: 1,
    }),
  ]);
  expect(good).toHaveLength(alarmsOf(prod).length - 1);
  for (const alarm of good ?? []) expect(alarm['ComparisonOperator']).toBe('GreaterThanOrEqualToThreshold');
});

it('mails the alarms where the stage says, and nobody otherwise', () => {
  expect(prod.ofType('AWS::SNS::Subscription')).toEqual([]);
  const mailed = assemblyOf('dev', { alarmEmail: 'ops@example.com' });
  expect(mailed.ofType('AWS::SNS::Subscription').map(({ properties }) => properties)).toEqual([
    expect.objectContaining({ Protocol: 'email', Endpoint: 'ops@example.com' }),
  ]);
});

it.each([
  ['RedirectErrors', 'redirect-errors'],
  ['RecordsGivenUp', 'records-given-up'],
])('the section of %s is #%s', (name, anchor) => {
  expect(anchorOf(name)).toBe(anchor);
});

it('lets only this account’s alarms speak to the topic, over TLS', () => {
  const [policy] = prod.ofType('AWS::SNS::TopicPolicy');
  expect(policy?.properties['PolicyDocument']).toMatchObject({
    Statement: [
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ],
  });
});
