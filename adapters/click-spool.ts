import { encodeClickEvent } from '../core/clicks/click-event.ts';
import type { ClickSpool } from '../core/clicks/group-commit.ts';
import type { ClickEvent } from '../core/clicks/row.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { spooledClicksKey } from './table.ts';
import { withVisitorRetry } from './visitor-retry.ts';

/** Where spool-to-stream fails for good the clicks stay in the table this long, for a replay by hand. */
const SPOOL_LIFETIME_S = 7 * 86_400;

/** Spooled clicks as one attribute: a line of JSON each. 500 clicks are about 130 KB of DynamoDB's 400. */
export const encodeSpooledClicks = (clicks: readonly ClickEvent[]): string => clicks.map(encodeClickEvent).join('\n');

/** Keeps clicks that the stream could not take; the table's own stream brings them back to it. */
export function clickSpool(dynamodb: AwsJsonClient, spoolTable: string, nowMs: () => number): ClickSpool {
  return {
    async put(clicks) {
      const first = clicks[0];
      if (first === undefined) return;
      const input = {
        TableName: spoolTable,
        Item: {
          pk: { S: spooledClicksKey(first.id).pk },
          clicks: { S: encodeSpooledClicks(clicks) },
          ttl_s: { N: String(Math.floor(nowMs() / 1_000) + SPOOL_LIFETIME_S) },
        },
      };
      await withVisitorRetry((timeoutMs) => dynamodb('PutItem', input, timeoutMs));
    },
  };
}
