import type { KinesisStreamEvent } from 'aws-lambda';
import type { AwsJsonClient } from '../../adapters/aws-json.ts';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { countStore } from '../../adapters/count-store.ts';
import { documentClient } from '../../adapters/dynamodb.ts';
import { shardMarks } from '../../adapters/shard-marks.ts';
import { visitorSketches } from '../../adapters/visitor-sketches.ts';
import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import type { ClickEvent } from '../../core/clicks/row.ts';
import { clicksToCountsHandler } from '../../lambdas/clicks-to-counts/handler.ts';
import { manyVisits } from './many-visits.ts';

/**
 * The counter of one shard in a process of its own, fed some seconds of visits per batch. Prints what a click cost once the
 * items have grown.
 */
export type CountingCost = {
  readonly transactionsPerBatch: number;
  readonly itemsPerClick: number;
  readonly writeUnitsPerClick: number;
  readonly readUnitsPerClick: number;
  readonly cpuUsPerClick: number;
};

const [links = 1, workspaces = 1, clicksPerBatch = 1_000, warmUpBatches = 10, batches = 10] = process.argv
  .slice(2)
  .map(Number);
const TABLE = 'counts';

const spent = { transactions: 0, items: 0, writeUnits: 0, readUnits: 0 };

/** Asks DynamoDB what each call cost, and adds it up. */
function metered(dynamodb: AwsJsonClient): AwsJsonClient {
  return async (operation, input, timeoutMs) => {
    const asked = { ...(input as Readonly<Record<string, unknown>>), ReturnConsumedCapacity: 'TOTAL' };
    const answer = await dynamodb(operation, asked, timeoutMs);
    note(operation, asked, answer);
    return answer;
  };
}

function note(operation: string, input: Readonly<Record<string, unknown>>, answer: Readonly<Record<string, unknown>>) {
  const consumed = [answer['ConsumedCapacity']].flat() as readonly ({ readonly CapacityUnits: number } | undefined)[];
  const units = consumed.reduce((sum, each) => sum + (each?.CapacityUnits ?? 0), 0);
  if (operation === 'BatchGetItem') {
    spent.readUnits += units;
    return;
  }
  spent.writeUnits += units;
  const items = input['TransactItems'];
  if (Array.isArray(items)) spent.transactions += 1;
  spent.items += Array.isArray(items) ? items.length : 1;
}

const dynamodb = metered(awsJsonClient('dynamodb'));
const handler = clicksToCountsHandler({
  store: countStore(dynamodb, TABLE, Date.now),
  sketches: visitorSketches(dynamodb, TABLE),
  marks: shardMarks(documentClient(), TABLE),
  live: { file: async () => {} },
  nowMs: Date.now,
});

const asEvent = (clicks: readonly ClickEvent[]) =>
  ({
    Records: clicks.map((click, index) => ({
      eventID: `shardId-000000000000:${index}`,
      kinesis: {
        sequenceNumber: String(index),
        data: Buffer.from(encodeClickEvent(click)).toString('base64'),
        approximateArrivalTimestamp: Date.now() / 1_000,
      },
    })),
  }) as KinesisStreamEvent;

const visits = manyVisits({ links, workspaces, clicksPerS: clicksPerBatch });
let cpuUs = 0;
for (let batch = 0; batch < warmUpBatches + batches; batch += 1) {
  const event = asEvent(visits.nextSecond());
  if (batch === warmUpBatches) Object.assign(spent, { transactions: 0, items: 0, writeUnits: 0, readUnits: 0 });
  const before = process.cpuUsage();
  await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  const used = process.cpuUsage(before);
  if (batch >= warmUpBatches) cpuUs += used.user + used.system;
}
const clicks = batches * clicksPerBatch;
const cost: CountingCost = {
  transactionsPerBatch: spent.transactions / batches,
  itemsPerClick: spent.items / clicks,
  writeUnitsPerClick: spent.writeUnits / clicks,
  readUnitsPerClick: spent.readUnits / clicks,
  cpuUsPerClick: cpuUs / clicks,
};
process.stdout.write(JSON.stringify(cost));
process.exit(0);
