import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type LogGroup, ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../core/domain-events/event-bus.ts';
import type { StageSettings } from '../config.ts';
import { acceptFindings } from './accepted.ts';
import { stageLogGroup } from './log-group.ts';

const EVENTS = new ServicePrincipal('events.amazonaws.com');

/**
 * Writes down all that the product announces, an event a line. The bare rule, because the construct around a log group as its
 * target deploys a function of its own to allow it.
 */
export class EventLog extends Construct {
  /** Events that could not be written down: as they fail, and as they wait for somebody to look at them. */
  readonly undelivered: IMetric;

  constructor(scope: Construct, id: string, settings: StageSettings, bus: IEventBus) {
    super(scope, id);
    const { stage } = settings;
    // A name of its own, so that metrics can be asked by it: the reference to a rule of another bus than the default is none.
    const name = `signpost-${stage}-event-log`;
    // EventBridge's console offers log groups of this prefix only.
    const logGroup = stageLogGroup(this, 'Logs', settings, `/aws/events/signpost-${stage}`);
    const undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const isTheEnd = 'It is the dead-letter queue itself, of a rule; these checks know those of other queues only.';
    acceptFindings(undelivered, { 'AwsSolutions-SQS3': isTheEnd, 'Serverless-SQSRedrivePolicy': isTheEnd });
    const rule = new CfnRule(this, 'Rule', {
      name,
      description: 'All that Signpost announces, written down',
      eventBusName: bus.eventBusName,
      eventPattern: { source: [EVENT_SOURCE] },
      targets: [{ id: 'Log', arn: arnWithoutStreams(logGroup), deadLetterConfig: { arn: undelivered.queueArn } }],
    });
    undelivered.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [EVENTS],
        actions: ['sqs:SendMessage'],
        resources: [undelivered.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
    new ResourcePolicy(this, 'MayWrite', {
      // An account has one policy of each name, and CDK's own would be the same in every stage.
      resourcePolicyName: name,
      policyStatements: [
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals: [EVENTS, new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    this.undelivered = new MathExpression({
      expression: 'FILL(failed, 0) + FILL(waiting, 0)',
      usingMetrics: {
        failed: new Metric({
          namespace: 'AWS/Events',
          metricName: 'FailedInvocations',
          dimensionsMap: { EventBusName: bus.eventBusName, RuleName: name },
          statistic: Stats.SUM,
        }),
        waiting: undelivered.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      },
      label: 'Events undelivered',
      period: Duration.minutes(1),
    });
  }
}

/** A target is named without the `:*` that `logGroupArn` ends with. */
const arnWithoutStreams = (logGroup: LogGroup): string =>
  Stack.of(logGroup).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroup.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
