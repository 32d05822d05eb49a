import type { AwsJsonClient } from './aws-json.ts';
import type { WireItem } from './lean-call.ts';
import { leanCall } from './lean-call.ts';

/** All items of a partition from one sort key to another, both included. */
export async function leanQuery(
  dynamodb: AwsJsonClient,
  table: string,
  { pk, first, last }: { readonly pk: string; readonly first: string; readonly last: string },
): Promise<readonly WireItem[]> {
  const items: WireItem[] = [];
  let start: unknown;
  do {
    const answer = await leanCall(dynamodb, 'Query', {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':first': { S: first }, ':last': { S: last } },
      ExclusiveStartKey: start,
    });
    items.push(...((answer['Items'] ?? []) as readonly WireItem[]));
    start = answer['LastEvaluatedKey'];
  } while (start !== undefined);
  return items;
}
