import type { FirehoseTransformationEvent, FirehoseTransformationResult } from 'aws-lambda';
import { readClick } from '../../core/clicks/click.ts';
import { encodeClickRow } from '../../core/clicks/click-row.ts';

type Transformed = FirehoseTransformationResult['records'][number];

/**
 * Makes rows of the lake out of click events, for Firehose. A record that is no click fails by itself: Firehose files it,
 * as it came, below `processing-failed/`, and the others go on.
 */
export const clicksToRowsHandler = async ({
  records,
}: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> => {
  const transformed = records.map(({ recordId, data }) => transform(recordId, data));
  const failedCount = transformed.filter(({ result }) => result === 'ProcessingFailed').length;
  if (failedCount > 0) console.error(JSON.stringify({ message: 'not clicks', count: failedCount }));
  return { records: transformed };
};

function transform(recordId: string, data: string): Transformed {
  const click = readClick(Buffer.from(data, 'base64').toString());
  if (click === null) return { recordId, result: 'ProcessingFailed', data };
  return { recordId, result: 'Ok', data: Buffer.from(encodeClickRow(click)).toString('base64') };
}
