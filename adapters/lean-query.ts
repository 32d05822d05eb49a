import type { AwsJsonClient } from './aws-json.ts';
import type { FlatItem } from './flat-items.ts';
import { flatItemsParser } from './flat-items.ts';
import { leanCall } from './lean-call.ts';

/** All items of a partition from one sort key to another, both included; their numbers share their places. */
export async function leanQuery(
  dynamodb: AwsJsonClient,
  table: string,
  { pk, first, last }: { readonly pk: string; readonly first: string; readonly last: string },
): Promise<readonly FlatItem[]> {
  const items: FlatItem[] = [];
  const parse = flatItemsParser();
  let start: unknown;
  do {
    const input = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': { S: pk }, ':first': { S: first }, ':last': { S: last } },
      ExclusiveStartKey: start,
    };
    const answer = await leanCall(dynamodb, 'Query', input, parse);
    items.push(...((answer['Items'] ?? []) as readonly FlatItem[]));
    start = answer['LastEvaluatedKey'];
  } while (start !== undefined);
  return items;
}
