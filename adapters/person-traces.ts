import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErasedPerson } from '../core/accounts/erase-user.ts';
import { entryWithout, textWithout } from '../core/accounts/erase-user.ts';
import { auditItem, fromAuditItem } from './audit-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { rewriteAnswer } from './idempotency-store.ts';
import type { Item } from './items-of.ts';
import { itemsOf, keyOf } from './items-of.ts';
import { auditKey, idempotencyKey, workspacePartition } from './table.ts';
import { unlessRefused } from './unless-refused.ts';

/** What a person left behind in workspaces of others: rewritten, because it is theirs. */
export function personTraces(client: DocumentClient, table: string) {
  /** Unless the workspace was erased meanwhile. */
  const rewrite = (item: Item, members: Item): Promise<void> => {
    const names = Object.keys(members);
    return unlessRefused(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(item),
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, members[name]])),
        }),
      ),
    );
  };

  return {
    async eraseFromAuditLog({ userId }: ErasedPerson, workspaceId: string): Promise<void> {
      for await (const items of itemsOf(client, table, auditKey(workspaceId, '').pk)) {
        const theirs = items.filter((item) => JSON.stringify(item).includes(userId));
        await Promise.all(
          theirs.map((item) => {
            const { actor, target, details } = auditItem(entryWithout(fromAuditItem(item), userId));
            return rewrite(item, { actor, target, details });
          }),
        );
      }
    },

    /** Answers that a repeat with the same Idempotency-Key gets again: still that answer, so nothing is made anew. */
    async eraseFromAnswers(person: ErasedPerson, workspaceId: string): Promise<void> {
      const partition = workspacePartition(workspaceId);
      for await (const items of itemsOf(client, table, partition, idempotencyKey('', '').sk)) {
        for (const item of items) {
          const answer = rewriteAnswer(item, (text) => textWithout(text, person));
          if (answer !== null) await rewrite(item, { answer });
        }
      }
    },
  };
}
