import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { type AlarmFacts, AlarmSet } from '../constructs/alarm-set.ts';
import type { CustomersStack } from './customers.ts';
import type { Follower, StreamsStack } from './streams.ts';
import type { VisitorsStack } from './visitors.ts';

const MINUTE = Duration.minutes(1);
const MINUTE_MS = 60_000;

type MonitoringProps = StackProps & {
  readonly settings: StageSettings;
  readonly visitors: VisitorsStack;
  readonly customers: CustomersStack;
  readonly streams: StreamsStack;
};

/** Who is told when something is wrong, what counts as wrong, and one page to look at. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id, props);
    const { settings, visitors, customers, streams } = props;
    const name = `signpost-${settings.stage}`;
    const topic = this.topic(settings);
    const { alarms } = new AlarmSet(this, 'Alarms', name, topic, alarmFacts(props));

    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: name });
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 }));
    dashboard.addWidgets(
      graph('Visits', visitors.redirect.metricInvocations({ period: MINUTE })),
      graph('Redirect duration', redirectDuration(visitors, 'p50'), redirectDuration(visitors, 'p99')),
    );
    dashboard.addWidgets(
      graph('Age of the oldest uncounted click', iteratorAge(streams.clicksToCounts)),
      graph('Customer requests', customers.api.restApi.metricCount({ period: MINUTE })),
    );
    new CfnOutput(this, 'OperationsDashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
      description: 'Alarms and the four graphs to look at first',
    });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn, description: 'Subscribe to hear the alarms' });
  }

  private topic({ stage, alarmEmail }: StageSettings): Topic {
    const topic = new Topic(this, 'AlarmTopic', { displayName: `Signpost ${stage} alarms`, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        // Without it an alarm of anybody's account could ring here.
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    if (alarmEmail !== null) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }
}

const redirectDuration = ({ redirect }: VisitorsStack, statistic: string) =>
  redirect.metricDuration({ statistic, period: MINUTE });

const iteratorAge = ({ lambda }: Follower) =>
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

function alarmFacts({ visitors, customers, streams }: MonitoringProps): AlarmFacts[] {
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
      name: 'RecordsGivenUp',
      means:
        'A batch of clicks was given up on and lies in the failed records bucket: counts are too low until it is replayed.',
      metric: givenUp([streams.clicksToCounts, streams.spoolToStream]),
      threshold: 1,
      periods: 1,
    },
  ];
}
