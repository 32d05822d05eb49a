import type { SaltStore } from '../core/clicks/daily-salts.ts';
import type { AttributeValue } from './attribute-value.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { saltKey } from './table.ts';
import { withVisitorRetry } from './visitor-retry.ts';

/** What neither a visit nor forget-salts removed expires this long after its day. */
const LEFT_AFTER_DAY_S = 2 * 3_600;
const DAY_S = 86_400;

/** One item, one conditional write: a new day's salt overwrites the former one, and no backup of the table has it. */
export function saltStore(dynamodb: AwsJsonClient, saltsTable: string): SaltStore {
  return {
    async take(day, fresh, timeoutMs) {
      const input = {
        TableName: saltsTable,
        Key: { pk: { S: saltKey().pk } },
        UpdateExpression: 'SET #day = :day, salt = :fresh, ttl_s = :until',
        ConditionExpression: 'attribute_not_exists(pk) OR #day < :day',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: {
          ':day': { S: day },
          ':fresh': { S: Buffer.from(fresh).toString('base64url') },
          ':until': { N: String(Date.parse(day) / 1_000 + DAY_S + LEFT_AFTER_DAY_S) },
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      };
      try {
        await dynamodb('UpdateItem', input, timeoutMs);
        return fresh;
      } catch (error) {
        if (!(error instanceof AwsError) || error.type !== 'ConditionalCheckFailedException') throw error;
        return saltIn(error.body['Item'] as Readonly<Record<string, AttributeValue>>, day);
      }
    },
  };
}

/** Removes the salt where it is of an earlier day than the given one; one of that day stays. */
export const saltForgetting =
  (dynamodb: AwsJsonClient, saltsTable: string) =>
  async (day: string): Promise<void> => {
    const input = {
      TableName: saltsTable,
      Key: { pk: { S: saltKey().pk } },
      ConditionExpression: 'attribute_not_exists(pk) OR #day < :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: day } },
    };
    try {
      await withVisitorRetry((timeoutMs) => dynamodb('DeleteItem', input, timeoutMs));
    } catch (error) {
      if (!(error instanceof AwsError) || error.type !== 'ConditionalCheckFailedException') throw error;
    }
  };

function saltIn(item: Readonly<Record<string, AttributeValue>>, day: string): Uint8Array {
  const salt = item['salt']?.S;
  if (salt === undefined || item['day']?.S !== day) throw new Error(`The salt of ${day} is gone`);
  return Buffer.from(salt, 'base64url');
}
