import { encodeClickEvent } from '../core/clicks/click-event.ts';
import type { ClickStream } from '../core/clicks/group-commit.ts';
import type { ClickEvent } from '../core/clicks/row.ts';
import type { AwsJsonClient } from './aws-json.ts';

/** One link's clicks stay in one shard. */
export const partitionKeyOf = ({ domain, code }: Pick<ClickEvent, 'domain' | 'code'>): string => `${domain}/${code}`;

/** A Kinesis record, its data in base64. */
const toStreamRecord = (click: ClickEvent): { Data: string; PartitionKey: string } => ({
  Data: Buffer.from(encodeClickEvent(click)).toString('base64'),
  PartitionKey: partitionKeyOf(click),
});

/** Puts clicks on the stream. PutRecords *resolves* with refused entries, so their indexes are the answer. */
export function clickStream(kinesis: AwsJsonClient, streamName: string): ClickStream {
  return {
    async put(clicks, timeoutMs) {
      const answer = await kinesis(
        'PutRecords',
        { StreamName: streamName, Records: clicks.map(toStreamRecord) },
        timeoutMs,
      );
      if (!answer['FailedRecordCount']) return [];
      const results = answer['Records'] as readonly { ErrorCode?: string }[];
      return results.flatMap(({ ErrorCode }, index) => (ErrorCode === undefined || ErrorCode === null ? [] : [index]));
    },
  };
}
