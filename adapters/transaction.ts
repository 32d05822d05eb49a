import { setTimeout as sleep } from 'node:timers/promises';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs, cancellationCodes, isPassingCancellation, itemInTheWay } from './dynamodb.ts';

export type TransactionWrite = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The writes whose conditions failed, each with what stood in its way (null where nothing did, or it was not asked for). */
export type Refusals<Name extends string> = ReadonlyMap<Name, Readonly<Record<string, unknown>> | null>;

/** DynamoDB refuses more; an engine that does not must not hide it. */
const MAX_WRITES = 100;
const MAX_ATTEMPTS = 8;

/**
 * All of these writes or none, by name; null is none. Answers null once committed, else which conditions refused. One that
 * met another transaction or a throttle is tried again; throws when that lasts.
 */
export async function transact<Name extends string>(
  client: DocumentClient,
  writes: Readonly<Record<Name, TransactionWrite | null>>,
): Promise<Refusals<Name> | null> {
  const present = (Object.entries(writes) as [Name, TransactionWrite | null][]).flatMap(([name, write]) =>
    write === null ? [] : [{ name, write }],
  );
  if (present.length > MAX_WRITES) throw new Error(`A transaction of ${present.length} writes is too large`);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: present.map(({ write }) => write) }));
      return null;
    } catch (error) {
      const codes = cancellationCodes(error);
      if (codes === null) throw error;
      const refused = present.flatMap(({ name }, index) =>
        codes[index] === 'ConditionalCheckFailed' ? [[name, itemInTheWay(error, index)] as const] : [],
      );
      if (refused.length > 0) return new Map(refused);
      if (!isPassingCancellation(codes) || attempt + 1 >= MAX_ATTEMPTS) throw error;
      await sleep(backoffMs(attempt));
    }
  }
}
