import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import { clicksToRowsHandler } from '../../lambdas/clicks-to-rows/handler.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { assemblyOf } from './assembly.ts';

const prod = assemblyOf('prod');

type AlarmMetric = {
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { readonly Value: string }[];
    };
  };
};

/** `namespace/name` of what the alarm adds up, with whose it is. */
function metricsOf(name: string): readonly string[] {
  const alarm = prod
    .ofType('AWS::CloudWatch::Alarm')
    .find(({ properties }) => properties['AlarmName'] === `signpost-prod-${name}`);
  expect(alarm?.properties).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
  const metrics = (alarm?.properties['Metrics'] ?? []) as readonly AlarmMetric[];
  return metrics.flatMap(({ MetricStat }) => {
    if (MetricStat === undefined) return [];
    const { Namespace, MetricName, Dimensions = [] } = MetricStat.Metric;
    return [[`${Namespace}/${MetricName}`, ...Dimensions.map(({ Value }) => Value)].join(' of ')];
  });
}

/** What the transform logs about these records of the stream. */
async function linesLogged(...records: readonly string[]): Promise<readonly string[]> {
  const logged = jest.spyOn(console, 'error').mockImplementation();
  await clicksToRowsHandler({
    invocationId: 'invocation',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks',
    region: 'us-east-1',
    records: records.map((text, index) => ({
      recordId: `record-${index}`,
      approximateArrivalTimestamp: 0,
      data: Buffer.from(text).toString('base64'),
    })),
  });
  const lines = logged.mock.calls.map(([line]) => String(line));
  logged.mockRestore();
  return lines;
}

describe('Poison on the click stream', () => {
  it('that becomes no row is a line of the log that makes the metric of an alarm, and clicks are none', async () => {
    const filter = prod.one('AWS::Logs::MetricFilter', 'Refused').properties;
    // A pattern in quotes is in every line that has these words.
    const words = /^"(.+)"$/.exec(String(filter['FilterPattern']))?.[1] ?? '';
    expect(words).not.toBe('');
    const click = encodeClickEvent(aClickEvent());
    expect(await linesLogged(click, click)).toEqual([]);
    expect(await linesLogged(click, 'poison', click)).toEqual([expect.stringContaining(words)]);
    expect(filter['LogGroupName']).toBe(`<${prod.one('AWS::Logs::LogGroup', 'ClicksToRowsLogs').id}>`);
    const [made] = filter['MetricTransformations'] as readonly { MetricNamespace: string; MetricName: string }[];
    expect(metricsOf('rows-given-up')).toContain(`${made?.MetricNamespace}/${made?.MetricName}`);
  });

  it('that fails the transform to the end is an object in the lake, and its arrival is in the metric of an alarm', () => {
    const lake = prod.one('AWS::S3::Bucket', 'Lake');
    const delivery = prod.one('AWS::KinesisFirehose::DeliveryStream', '').properties;
    const { ErrorOutputPrefix } = delivery['ExtendedS3DestinationConfiguration'] as { ErrorOutputPrefix: string };
    const [counted, ...others] = lake.properties['MetricsConfigurations'] as { Id: string; Prefix: string }[];
    expect(others).toEqual([]);
    // Firehose's word for what a transform failed on or refused.
    expect(ErrorOutputPrefix.replace('!{firehose:error-output-type}', 'processing-failed')).toMatch(
      new RegExp(`^${counted?.Prefix}!`),
    );
    expect(metricsOf('rows-given-up')).toContain(`AWS/S3/PutRequests of <${lake.id}> of ${counted?.Id}`);
  });

  it('that fails the transform once rings as well: four failures fit into one period', () => {
    const [transform, delivery] = [
      prod.one('AWS::Lambda::Function', 'ClicksToRows'),
      prod.one('AWS::KinesisFirehose::DeliveryStream', ''),
    ];
    expect([...metricsOf('lake-transform-errors')].sort()).toEqual([
      `AWS/Firehose/ExecuteProcessing.Success of <${delivery.id}>`,
      `AWS/Lambda/Errors of <${transform.id}>`,
      `AWS/Lambda/Throttles of <${transform.id}>`,
    ]);
  });

  it('that cannot be counted is given up on by a follower whose mapping is watched by an alarm', () => {
    const mapping = prod.one('AWS::Lambda::EventSourceMapping', 'ClicksToCountsFeed');
    expect(mapping.properties).toMatchObject({
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/^<FailedRecords/) } },
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    expect(metricsOf('records-given-up')).toEqual(
      expect.arrayContaining([
        `AWS/Lambda/OnFailureDestinationDeliveredEventCount of <${mapping.id}>`,
        `AWS/Lambda/DroppedEventCount of <${mapping.id}>`,
      ]),
    );
  });
});
