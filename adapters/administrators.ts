import { administratorsKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';

/**
 * Who is an active administrator stands in one set of ids, written in every transaction that makes somebody one or ends
 * it: so one condition decides whether a Signpost would be left without any.
 */
export const enrolAdministrator = (table: string, userId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: administratorsKey(),
    UpdateExpression: 'ADD user_ids :ids',
    ExpressionAttributeValues: { ':ids': new Set([userId]) },
  },
});

/** Refused where nobody else would be left. */
export const dismissAdministrator = (table: string, userId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: administratorsKey(),
    UpdateExpression: 'DELETE user_ids :ids',
    ConditionExpression: 'size(user_ids) > :one OR (attribute_exists(user_ids) AND NOT contains(user_ids, :id))',
    ExpressionAttributeValues: { ':ids': new Set([userId]), ':id': userId, ':one': 1 },
  },
});
