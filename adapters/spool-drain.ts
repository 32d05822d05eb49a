import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { SpoolDrain } from '../core/clicks/spool-drain.ts';
import { parseSpooledClicks } from './click-spool.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';

const MAX_ATTEMPTS = 5;

export function spoolDrain(
  client: DocumentClient,
  kinesis: KinesisClient,
  env: FunctionEnv<'spool-to-stream'>,
): SpoolDrain {
  return {
    parse: (pk, lines) => ({ pk, lines: parseSpooledClicks(lines) }),
    async drain({ pk, lines }) {
      let rest = lines;
      for (let attempt = 0; rest.length > 0; attempt += 1) {
        if (attempt === MAX_ATTEMPTS) throw new Error(`The stream refused ${rest.length} spooled clicks`);
        if (attempt > 0) await sleep(backoffMs(attempt + 2));
        const Records = rest.map(({ line, partitionKey }) => ({ Data: Buffer.from(line), PartitionKey: partitionKey }));
        const answer = await kinesis.send(new PutRecordsCommand({ StreamName: env.CLICK_STREAM, Records }));
        rest = rest.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
      }
      await client.send(new DeleteCommand({ TableName: env.CLICK_SPOOL_TABLE, Key: { pk } }));
    },
  };
}
