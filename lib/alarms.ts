import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { AlarmFacts } from './constructs/alarm-set.ts';
import type { AccountsStack } from './stacks/accounts.ts';
import type { CustomersStack } from './stacks/customers.ts';
import type { LakeStack } from './stacks/lake.ts';
import type { QrStack } from './stacks/qr.ts';
import type { ReportsStack } from './stacks/reports.ts';
import type { Follower, StreamsStack } from './stacks/streams.ts';
import type { VisitorsStack } from './stacks/visitors.ts';

export const MINUTE = Duration.minutes(1);
const MINUTE_MS = 60_000;
const HOUR = Duration.hours(1);

/** The stacks that something can go wrong in. */
export type Watched = {
  readonly visitors: VisitorsStack;
  readonly customers: CustomersStack;
  readonly accounts: AccountsStack;
  readonly streams: StreamsStack;
  readonly lake: LakeStack;
  readonly reports: ReportsStack;
  readonly qr: QrStack;
};

export const redirectDuration = ({ redirect }: VisitorsStack, statistic: string): IMetric =>
  redirect.metricDuration({ statistic, period: MINUTE });

export const iteratorAge = ({ lambda }: Follower): IMetric =>
  lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: MINUTE });

/** Events that Lambda stopped trying, whether it could keep them in the bucket or not. */
function givenUp(followers: readonly Follower[]): IMetric {
  const metrics = followers.flatMap(({ mapping }) =>
    ['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount'].map(
      (metricName) =>
        new Metric({
          namespace: 'AWS/Lambda',
          metricName,
          dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
          statistic: Stats.SUM,
        }),
    ),
  );
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, label: 'Events given up', period: MINUTE });
}

/**
 * Firehose and the transform count what they refuse; a batch that the transform failed on four times is counted by nobody, but an
 * object that S3 counts.
 */
const rowsGivenUp = ({ notConverted, refused, filed }: LakeStack): IMetric =>
  new MathExpression({
    expression: 'FILL(notConverted, 0) + FILL(refused, 0) + FILL(filed, 0)',
    usingMetrics: { notConverted, refused, filed },
    label: 'Rows given up',
    period: MINUTE,
  });

/** Failed, throttled, or, as Firehose alone knows, not to be called at all. Four in a row take less than a minute. */
const transformFailures = ({ clicksToRows, transformed }: LakeStack): IMetric =>
  new MathExpression({
    expression: 'FILL(errors, 0) + FILL(throttles, 0) + CEIL(1 - FILL(transformed, 1))',
    usingMetrics: {
      errors: clicksToRows.metricErrors({ statistic: Stats.SUM, period: MINUTE }),
      throttles: clicksToRows.metricThrottles({ statistic: Stats.SUM, period: MINUTE }),
      transformed,
    },
    label: 'Calls of the transform that failed',
    period: MINUTE,
  });

/** Executions that ended in an error of ours, or not at all. */
const failedRuns = (machine: StateMachine, label: string): IMetric =>
  new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
    usingMetrics: {
      failed: machine.metricFailed({ statistic: Stats.SUM, period: MINUTE }),
      timedOut: machine.metricTimedOut({ statistic: Stats.SUM, period: MINUTE }),
    },
    label,
    period: MINUTE,
  });

/** Every alarm of a stage; each has its section in the runbooks. */
export function alarmFacts({ visitors, customers, accounts, streams, lake, reports, qr }: Watched): AlarmFacts[] {
  const sum = { statistic: Stats.SUM, period: MINUTE };
  return [
    {
      name: 'RedirectErrors',
      means: 'Visitors get an error page instead of their target.',
      metric: visitors.redirect.metricErrors(sum),
      threshold: 5,
      periods: 2,
    },
    {
      name: 'RedirectThrottles',
      means: 'AWS turns visits away because the account has no Lambda concurrency left.',
      metric: visitors.redirect.metricThrottles(sum),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'RedirectSlow',
      means: 'One visit in a hundred takes a second or more.',
      metric: redirectDuration(visitors, 'p99'),
      threshold: 1_000,
      periods: 5,
    },
    {
      name: 'ShortDomainFailures',
      means: 'The short domain answers 5xx.',
      metric: visitors.api.httpApi.metricServerError(sum),
      threshold: 5,
      periods: 2,
    },
    {
      name: 'AppDomainFailures',
      means: 'The API answers customers with 5xx.',
      metric: customers.api.restApi.metricServerError(sum),
      threshold: 5,
      periods: 2,
    },
    {
      name: 'SignInErrors',
      means: 'People cannot sign in, register or reset a password; API keys go on working.',
      metric: accounts.auth.metricErrors(sum),
      threshold: 5,
      periods: 2,
    },
    {
      name: 'SignInThrottles',
      means: 'More sign-ins at once than the stage allows: some people, or an attacker, are turned away.',
      metric: accounts.auth.metricThrottles(sum),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'KeyRotationErrors',
      means: 'The keys of access tokens could not be renewed; the old ones go on working.',
      metric: accounts.rotateKeys.metricErrors(sum),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'CountsBehind',
      means: 'Clicks are recorded but not counted: the oldest waits for a minute or more.',
      metric: iteratorAge(streams.clicksToCounts),
      threshold: MINUTE_MS,
      periods: 5,
    },
    {
      name: 'SpoolBehind',
      means: 'Clicks that could not be put on the stream wait in the spool for ten minutes or more.',
      metric: iteratorAge(streams.spoolToStream),
      threshold: 10 * MINUTE_MS,
      periods: 5,
    },
    ...(streams.cacheSync === null
      ? []
      : [
          {
            name: 'CacheSyncBehind',
            means: 'Changed links reach the cache late; visitors may be sent to an old target.',
            metric: iteratorAge(streams.cacheSync),
            threshold: 10_000,
            periods: 3,
          },
        ]),
    {
      name: 'SaltForgettingErrors',
      means: 'The salt of a day that is over may still be there: visitor hashes of that day could be traced.',
      metric: streams.forgetSalts.metricErrors(sum),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'RecordsGivenUp',
      means:
        'A batch of clicks was given up on and lies in the failed records bucket: counts are too low until it is replayed.',
      metric: givenUp([streams.clicksToCounts, streams.spoolToStream]),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'LakeBehind',
      means: 'Clicks reach the lake late: the oldest waits for half an hour or more, and reports miss it.',
      metric: lake.freshness,
      threshold: 30 * 60,
      periods: 5,
    },
    {
      name: 'LakeTransformErrors',
      means: 'Rows of the lake could not be made; what fails four times is filed with the failed records.',
      metric: transformFailures(lake),
      threshold: 1,
      // A batch is tried four times within a minute or two, and then given up.
      periods: 1,
    },
    {
      name: 'RowsGivenUp',
      means:
        'Records of the click stream did not become rows and lie with the failed records: the lake has less than the counts.',
      metric: rowsGivenUp(lake),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'RollUpErrors',
      means: 'Clicks of the last hours are not added up: reports on long ranges miss them.',
      metric: streams.rollUp.metricErrors({ statistic: Stats.SUM, period: HOUR }),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'RowErasureErrors',
      means: 'Rows of deleted workspaces stay in the lake: nobody sees them, but they were promised to go.',
      metric: streams.eraseRows.metricErrors({ statistic: Stats.SUM, period: HOUR }),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'ReconcileDifference',
      means: 'The clicks of the lake are not those that were counted: reports and dashboard tell different numbers.',
      metric: streams.reconciled.with({ statistic: Stats.MAXIMUM }),
      threshold: 1,
      // A click that came late is counted some minutes before it is a row; by the next hour it is both.
      periods: 2,
    },
    {
      name: 'ReconcileSilent',
      means: 'Nobody knows whether the lake and the counters are the same: they were not compared for three hours.',
      metric: streams.reconciled.with({ statistic: Stats.SAMPLE_COUNT }),
      threshold: 1,
      periods: 3,
      mustGoOn: true,
    },
    {
      name: 'ReportsFailed',
      means: 'Reports cannot be made, and not because they ask for too much: customers are told to try again.',
      metric: failedRuns(reports.workflow, 'Reports failed'),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'BatchesFailed',
      means: 'Batches of QR codes break, and not for what is in their rows: customers are told to try again.',
      metric: failedRuns(qr.batchRuns, 'Batches failed'),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'BatchSweepErrors',
      means: 'Batches whose runs died stay open, and with them the links and the quota that they took.',
      metric: qr.batchSweep.metricErrors(sum),
      threshold: 1,
      periods: 5,
    },
    {
      name: 'UsageReportErrors',
      means: 'Some workspaces have no report on their usage of last month; the schedule tries for an hour.',
      metric: reports.usageReports.metricErrors(sum),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'MailBehind',
      means: 'Mails are not sent: people wait for the links that verify an address or reset a password.',
      metric: iteratorAge(streams.mail),
      threshold: 10 * MINUTE_MS,
      periods: 5,
    },
    {
      name: 'EventsBehind',
      means: 'What has happened is not announced: the oldest event waits for ten minutes or more.',
      metric: iteratorAge(streams.announce),
      threshold: 10 * MINUTE_MS,
      periods: 5,
    },
    {
      name: 'EventsGivenUp',
      means:
        'Events were not announced for a day and lie in the failed records bucket: nobody hears of them until they are replayed.',
      metric: givenUp([streams.announce]),
      threshold: 1,
      periods: 1,
    },
    {
      name: 'EventsUndelivered',
      means: 'What was announced could not be written down, and waits in a queue.',
      metric: streams.eventLog.undelivered,
      threshold: 1,
      periods: 1,
    },
    {
      name: 'ErasureBehind',
      means: 'Deleted accounts are locked but not erased, and their links may still lead somewhere.',
      metric: iteratorAge(streams.erase),
      threshold: 10 * MINUTE_MS,
      periods: 5,
    },
    {
      name: 'JobsGivenUp',
      means: 'A mail or an erasure was given up on and lies in the failed records bucket.',
      metric: givenUp([streams.mail, streams.erase]),
      threshold: 1,
      periods: 1,
    },
  ];
}
