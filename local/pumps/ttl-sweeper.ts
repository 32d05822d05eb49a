import type { TablePlan } from '../cloud/tables.ts';
import type { DynamoDbEngine } from '../engines/dynamodb.ts';

export type TtlSweeper = { sweep(): Promise<void>; close(): Promise<void> };

/** DynamoDB promises days; a minute keeps the data folder small. */
const SWEEP_EVERY_MS = 60_000;

/** Deletes expired items of every table with a time to live, once a minute and when asked. */
export function startTtlSweeper(
  tables: readonly TablePlan[],
  dynamoDb: Pick<DynamoDbEngine, 'sweepExpired'>,
  log: (line: string) => void,
): TtlSweeper {
  let sweeping: Promise<void> = Promise.resolve();

  async function sweepAll(): Promise<void> {
    for (const { definition } of tables) {
      if (definition.ttlAttribute === undefined) continue;
      await dynamoDb.sweepExpired(definition.name, definition.ttlAttribute, Math.floor(Date.now() / 1000));
    }
  }

  const sweep = (): Promise<void> => {
    sweeping = sweeping.then(sweepAll);
    return sweeping;
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => {
      log(`expired items were not swept: ${String(error)}`);
      sweeping = Promise.resolve();
    });
  }, SWEEP_EVERY_MS);
  return {
    sweep,
    async close() {
      clearInterval(timer);
      await sweeping.catch(() => undefined);
    },
  };
}
