import { randomUUID } from 'node:crypto';
import type { ClickBudget } from '../core/links/visit.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainItem } from './attribute-value.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { linkBudgetKey } from './table.ts';
import { withVisitorRetry } from './visitor-retry.ts';

/** A spent budget stays spent unless the owner raises it, which changes `maxClicks`: so it may be remembered for a while. */
const SPENT_MEMORY_MS = 1_000;
const SPENT_MEMORY_ENTRIES = 1_000;

type Budget = { readonly domain: string; readonly code: string; readonly maxClicks: number };
type Waiting = { readonly settle: (granted: boolean) => void; readonly fail: (error: unknown) => void };

/**
 * One conditional ADD decides who is among the first N. Visits of one link that wait at the same moment share it, so a
 * rush on a limited link is a few writes. Each carries a token: one whose answer was lost is sent again and recognises
 * itself. Only if another process claimed in between is it taken twice: then fewer than N get through, never more.
 */
export function clickBudget(dynamodb: AwsJsonClient, linksTable: string, nowMs: () => number): ClickBudget {
  const spentUntilMs = new Map<string, number>();
  const lines = new Map<string, Waiting[]>();
  const nameOf = ({ domain, code, maxClicks }: Budget): string => `${domain}/${code} ${maxClicks}`;
  const knownSpent = (name: string): boolean => (spentUntilMs.get(name) ?? 0) > nowMs();
  const rememberSpent = (name: string): void => {
    if (spentUntilMs.size >= SPENT_MEMORY_ENTRIES) spentUntilMs.clear();
    spentUntilMs.set(name, nowMs() + SPENT_MEMORY_MS);
  };

  /** Takes what is asked for or, where less is left, that; answers how much it was. */
  const take = async (budget: Budget, wanted: number): Promise<number> => {
    for (let amount = Math.min(wanted, budget.maxClicks); amount > 0; ) {
      const token = randomUUID();
      const found = await withVisitorRetry((timeoutMs) =>
        add(dynamodb, { linksTable, budget, amount, token }, timeoutMs),
      );
      if (found === null || found.lastClaim === token) return amount;
      amount = Math.min(amount, budget.maxClicks - found.used);
    }
    return 0;
  };

  /** Serves the line until nobody waits in it. */
  const serve = async (budget: Budget, name: string, line: Waiting[]): Promise<void> => {
    while (line.length > 0) {
      const together = line.splice(0);
      try {
        const granted = knownSpent(name) ? 0 : await take(budget, together.length);
        if (granted < together.length) rememberSpent(name);
        for (const [index, { settle }] of together.entries()) settle(index < granted);
      } catch (error) {
        for (const { fail } of together) fail(error);
      }
    }
    lines.delete(name);
  };

  return {
    claim(domain, code, maxClicks) {
      const budget = { domain, code, maxClicks };
      const name = nameOf(budget);
      if (knownSpent(name)) return Promise.resolve(false);
      return new Promise((settle, fail) => {
        const line = lines.get(name);
        if (line !== undefined) return void line.push({ settle, fail });
        const opened = [{ settle, fail }];
        lines.set(name, opened);
        return void serve(budget, name, opened);
      });
    },

    async isSpent(domain, code, maxClicks) {
      const name = nameOf({ domain, code, maxClicks });
      if (knownSpent(name)) return true;
      const input = { TableName: linksTable, Key: keyOf(domain, code), ConsistentRead: true };
      const answer = await withVisitorRetry((timeoutMs) => dynamodb('GetItem', input, timeoutMs));
      return stateOf(answer['Item']).used >= maxClicks;
    },
  };
}

type Claim = {
  readonly linksTable: string;
  readonly budget: Budget;
  readonly amount: number;
  readonly token: string;
};

/** Null where the amount was added, otherwise what stands there instead. */
async function add(dynamodb: AwsJsonClient, { linksTable, budget, amount, token }: Claim, timeoutMs: number) {
  const input = {
    TableName: linksTable,
    Key: keyOf(budget.domain, budget.code),
    UpdateExpression: 'SET last_claim = :token ADD used :amount',
    ConditionExpression: 'attribute_not_exists(used) OR (used <= :room AND last_claim <> :token)',
    ExpressionAttributeValues: {
      ':token': { S: token },
      ':amount': { N: String(amount) },
      ':room': { N: String(budget.maxClicks - amount) },
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  try {
    await dynamodb('UpdateItem', input, timeoutMs);
    return null;
  } catch (error) {
    if (!(error instanceof AwsError) || error.type !== 'ConditionalCheckFailedException') throw error;
    return stateOf(error.body['Item']);
  }
}

function keyOf(domain: string, code: string) {
  const { pk, sk } = linkBudgetKey(domain, code);
  return { pk: { S: pk }, sk: { S: sk } };
}

function stateOf(item: unknown): { readonly used: number; readonly lastClaim: unknown } {
  const { used, last_claim } = plainItem((item ?? {}) as Readonly<Record<string, AttributeValue>>);
  return { used: Number(used ?? 0), lastClaim: last_claim };
}
