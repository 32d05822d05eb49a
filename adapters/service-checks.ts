import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';

const HEALTH_KEY = { pk: 'health', sk: 'health' };

/** Asks each dependency of the API the cheapest question it answers; true where it did. Names, never secrets or ARNs. */
export function serviceChecks(client: DocumentClient, kinesis: KinesisClient, env: FunctionEnv<'service'>) {
  const table = (TableName: string) => () => client.send(new GetCommand({ TableName, Key: HEALTH_KEY }));
  const checks: Readonly<Record<string, () => Promise<unknown>>> = {
    links: table(env.LINKS_TABLE),
    accounts: table(env.ACCOUNTS_TABLE),
    counts: table(env.COUNTS_TABLE),
    clicks: () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName: env.CLICK_STREAM })),
  };
  return {
    dependencies: async (): Promise<Readonly<Record<string, boolean>>> => {
      const names = Object.keys(checks);
      const outcomes = await Promise.allSettled(Object.values(checks).map((check) => check()));
      return Object.fromEntries(names.map((name, index) => [name, outcomes[index]?.status === 'fulfilled']));
    },
  };
}
