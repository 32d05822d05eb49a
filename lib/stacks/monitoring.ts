import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { alarmFacts, iteratorAge, MINUTE, redirectDuration, type Watched } from '../alarms.ts';
import type { StageSettings } from '../config.ts';
import { AlarmSet } from '../constructs/alarm-set.ts';

/** Who is told when something is wrong, what counts as wrong, and one page to look at. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & Watched & { settings: StageSettings }) {
    super(scope, id, props);
    const { settings, visitors, customers, accounts, streams } = props;
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
    dashboard.addWidgets(
      graph('Signing in, registering, resetting', accounts.auth.metricInvocations({ period: MINUTE })),
      graph('Age of the oldest mail and erasure', iteratorAge(streams.mail), iteratorAge(streams.erase)),
    );
    new CfnOutput(this, 'OperationsDashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
      description: 'Alarms and the six graphs to look at first',
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
