import { MAX_OWNED_WORKSPACES } from '../core/accounts/workspace.ts';
import { ownedWorkspacesKey, userKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';

/** What a change of a workspace asks of the people in it, as writes of the change's own transaction. */
export const isActive = (table: string, userId: string): TransactionWrite => ({
  ConditionCheck: {
    TableName: table,
    Key: userKey(userId),
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active' },
  },
});

/** Active, and still with this address. */
export const hasAddress = (table: string, userId: string, email: string): TransactionWrite => ({
  ConditionCheck: {
    TableName: table,
    Key: userKey(userId),
    ConditionExpression: '#status = :active AND email = :email',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active', ':email': email },
  },
});

/** A personal workspace is its person's as long as there is an account. */
export const isNotPersonal = (table: string, userId: string, workspaceId: string): TransactionWrite => ({
  ConditionCheck: {
    TableName: table,
    Key: userKey(userId),
    ConditionExpression: 'personal_workspace_id <> :workspaceId',
    ExpressionAttributeValues: { ':workspaceId': workspaceId },
  },
});

/** The personal workspace is not counted: everybody has it. */
export const ownsOneMore = (table: string, userId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: ownedWorkspacesKey(userId),
    UpdateExpression: 'ADD owned :one',
    ConditionExpression: 'attribute_not_exists(owned) OR owned < :max',
    ExpressionAttributeValues: { ':one': 1, ':max': MAX_OWNED_WORKSPACES - 1 },
  },
});

export const ownsOneLess = (table: string, userId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: ownedWorkspacesKey(userId),
    UpdateExpression: 'ADD owned :minusOne',
    ExpressionAttributeValues: { ':minusOne': -1 },
  },
});
