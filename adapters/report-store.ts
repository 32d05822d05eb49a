import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Report, ReportState } from '../core/reports/report.ts';
import { isOpen } from '../core/reports/report.ts';
import type { ReportStore } from '../core/reports/report-ports.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromReportItem, stateMembers, toReportItem } from './report-items.ts';
import { jobsPartition, openJobsKey, REPORT_JOB_PREFIX, reportJobKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';

/** Reports in DynamoDB, and beside them the set of ids of the open ones, written in the same transactions. */
export function reportStore(client: DocumentClient, table: string): ReportStore {
  const changeOpen = (action: 'ADD' | 'DELETE', { workspaceId, id }: Pick<Report, 'workspaceId' | 'id'>) => ({
    TableName: table,
    Key: openJobsKey(workspaceId, 'report'),
    UpdateExpression: `${action} ids :ids`,
    ExpressionAttributeValues: { ':ids': new Set([id]) },
  });

  const countAsOpen = (report: Report, maxOpen: number): TransactionWrite => {
    const update = changeOpen('ADD', report);
    return {
      Update: {
        ...update,
        ConditionExpression: 'attribute_not_exists(ids) OR size(ids) < :max',
        ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':max': maxOpen },
      },
    };
  };

  const setState = (report: Pick<Report, 'workspaceId' | 'id'>, state: ReportState): TransactionWrite => {
    const members = Object.entries(stateMembers(state));
    return {
      Update: {
        TableName: table,
        Key: reportJobKey(report.workspaceId, report.id),
        UpdateExpression: `SET ${members.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: '#status IN (:queued, :open)',
        ExpressionAttributeNames: Object.fromEntries(members.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(members.map(([name, value]) => [`:${name}`, value])),
          ':queued': 'queued',
          ':open': 'running',
        },
      },
    };
  };

  return {
    async create(report, maxOpen) {
      const refusals = await transact(client, {
        report: {
          Put: { TableName: table, Item: toReportItem(report), ConditionExpression: 'attribute_not_exists(pk)' },
        },
        open: maxOpen === null ? null : countAsOpen(report, maxOpen),
      });
      if (refusals === null) return 'created';
      return refusals.has('report') ? 'known' : 'full';
    },

    async find(workspaceId, id) {
      const Key = reportJobKey(workspaceId, id);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromReportItem(Item);
    },

    async list(workspaceId, limit, beforeId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': jobsPartition(workspaceId), ':prefix': REPORT_JOB_PREFIX },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more tells whether this page is the last; an item is far too small for a page to be cut at 1 MB.
          Limit: limit + 1,
          ExclusiveStartKey: beforeId === null ? undefined : reportJobKey(workspaceId, beforeId),
        }),
      );
      const items = Items.slice(0, limit).map(fromReportItem);
      return { items, cursor: Items.length > limit ? (items.at(-1)?.id ?? null) : null };
    },

    async openIds(workspaceId) {
      const Key = openJobsKey(workspaceId, 'report');
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      const ids: unknown = Item?.['ids'];
      return ids instanceof Set ? [...ids].map(String) : [];
    },

    async forget(workspaceId, id) {
      await client.send(new UpdateCommand(changeOpen('DELETE', { workspaceId, id })));
    },

    async change(report, state) {
      const isCounted = report.author !== 'schedule';
      const refusals = await transact(client, {
        report: setState(report, state),
        open: isOpen(state) || !isCounted ? null : { Update: changeOpen('DELETE', report) },
      });
      return refusals === null;
    },
  };
}
