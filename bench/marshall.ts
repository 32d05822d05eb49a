import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Plain values in DynamoDB's wire form, as far as link items need it. */
export const marshall = (item: Readonly<Record<string, unknown>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, marshallValue(value)]));

function marshallValue(value: unknown): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(marshallValue) };
  if (typeof value === 'string') return { S: value };
  throw new TypeError(`Link items hold no ${typeof value}`);
}
