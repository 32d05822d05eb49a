import type { ClickBudget } from '../core/links/visit.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { linkBudgetKey } from './table.ts';
import { withVisitorRetry } from './visitor-retry.ts';

/** A spent budget stays spent unless the owner raises it, which changes `maxClicks`: so it may be remembered for a while. */
const SPENT_MEMORY_MS = 1_000;
const SPENT_MEMORY_ENTRIES = 1_000;

/**
 * One conditional ADD per visit decides who is among the first N. A claim whose answer was lost is asked again and may
 * be taken twice: then fewer than N get through, never more.
 */
export function clickBudget(dynamodb: AwsJsonClient, linksTable: string, nowMs: () => number): ClickBudget {
  const spentUntilMs = new Map<string, number>();
  const nameOf = (domain: string, code: string, maxClicks: number): string => `${domain}/${code} ${maxClicks}`;
  const knownSpent = (name: string): boolean => (spentUntilMs.get(name) ?? 0) > nowMs();
  const rememberSpent = (name: string): void => {
    if (spentUntilMs.size >= SPENT_MEMORY_ENTRIES) spentUntilMs.clear();
    spentUntilMs.set(name, nowMs() + SPENT_MEMORY_MS);
  };
  const keyOf = (domain: string, code: string) => {
    const { pk, sk } = linkBudgetKey(domain, code);
    return { pk: { S: pk }, sk: { S: sk } };
  };

  return {
    async claim(domain, code, maxClicks) {
      const name = nameOf(domain, code, maxClicks);
      if (knownSpent(name)) return false;
      const input = {
        TableName: linksTable,
        Key: keyOf(domain, code),
        UpdateExpression: 'ADD used :one',
        ConditionExpression: 'attribute_not_exists(used) OR used < :max',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':max': { N: String(maxClicks) } },
      };
      try {
        await withVisitorRetry((timeoutMs) => dynamodb('UpdateItem', input, timeoutMs));
        return true;
      } catch (error) {
        if (!(error instanceof AwsError) || error.type !== 'ConditionalCheckFailedException') throw error;
        rememberSpent(name);
        return false;
      }
    },

    async isSpent(domain, code, maxClicks) {
      const name = nameOf(domain, code, maxClicks);
      if (knownSpent(name)) return true;
      const input = { TableName: linksTable, Key: keyOf(domain, code), ConsistentRead: true };
      const answer = await withVisitorRetry((timeoutMs) => dynamodb('GetItem', input, timeoutMs));
      const item = answer['Item'] as { used?: { N?: string } } | undefined;
      return Number(item?.used?.N ?? 0) >= maxClicks;
    },
  };
}
