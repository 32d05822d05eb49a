import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AwsError } from './aws-json.ts';
import type { Upstream } from './dynamodb-upstream.ts';

type Item = Record<string, AttributeValue>;

/** DynamoDB's TTL passes over times that lie more than five years back. */
const TTL_LOOKS_BACK_S = 5 * 365 * 86_400;

/**
 * Deletes the items whose time in `ttlAttribute` (epoch seconds) has come, which dynoxide does not do by itself.
 * An item renewed in the meantime stays. Answers how many went.
 */
export async function sweepExpired(
  upstream: Upstream,
  table: string,
  keyNames: readonly string[],
  ttlAttribute: string,
  nowS: number,
): Promise<number> {
  const isExpired = '#ttl BETWEEN :oldest AND :now';
  const names = { '#ttl': ttlAttribute };
  const values = { ':oldest': { N: String(nowS - TTL_LOOKS_BACK_S) }, ':now': { N: String(nowS) } };
  let swept = 0;
  let startKey: Item | undefined;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await upstream.call('DynamoDB', 'Scan', {
      TableName: table,
      FilterExpression: isExpired,
      ProjectionExpression: keyNames.map((_, n) => `#k${n}`).join(),
      ExpressionAttributeNames: { ...names, ...Object.fromEntries(keyNames.map((name, n) => [`#k${n}`, name])) },
      ExpressionAttributeValues: values,
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    });
    for (const key of page.Items ?? []) {
      swept += await deleteIf(upstream, { table, key, condition: isExpired, names, values });
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return swept;
}

async function deleteIf(
  upstream: Upstream,
  one: { table: string; key: Item; condition: string; names: Record<string, string>; values: Item },
): Promise<0 | 1> {
  try {
    await upstream.call('DynamoDB', 'DeleteItem', {
      TableName: one.table,
      Key: one.key,
      ConditionExpression: one.condition,
      ExpressionAttributeNames: one.names,
      ExpressionAttributeValues: one.values,
    });
    return 1;
  } catch (error) {
    if (error instanceof AwsError && error.type === 'ConditionalCheckFailedException') return 0;
    throw error;
  }
}
