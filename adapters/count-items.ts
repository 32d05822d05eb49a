import { createHash } from 'node:crypto';
import type { Period } from '../core/clicks/click-counts.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { CountItem } from '../core/clicks/tally.ts';
import type { WireItem } from './lean-call.ts';
import {
  countsPartSortKey,
  dayCountsSortKey,
  hourCountsSortKey,
  LINK_TOTAL_SORT_KEY,
  linkCountsKey,
  tagCountsPrefix,
  visitorsSortKey,
  workspaceCountsKey,
} from './table.ts';

export type ItemKey = { readonly pk: string; readonly sk: string };

/** Where a subject's items lie: their partition, and what their sort keys begin with. */
export function placeOf(subject: Subject): { readonly pk: string; readonly prefix: string } {
  if (subject.kind === 'link') return { pk: linkCountsKey(subject.domain, subject.code), prefix: '' };
  if (subject.kind === 'workspace') return { pk: workspaceCountsPartition(subject.id), prefix: '' };
  return { pk: workspaceCountsPartition(subject.workspaceId), prefix: tagCountsPrefix(subject.tag) };
}

export const workspaceCountsPartition = (workspaceId: string): string =>
  workspaceCountsKey(createHash('sha256').update(workspaceId).digest('hex'));

export const periodSortKey = (period: Period, start: string): string =>
  period === 'day' ? dayCountsSortKey(start) : hourCountsSortKey(start);

export function countItemKey({ subject, period, start, part = '' }: CountItem): ItemKey {
  const { pk, prefix } = placeOf(subject);
  const sortKey = period === 'total' ? LINK_TOTAL_SORT_KEY : countsPartSortKey(periodSortKey(period, start), part);
  return { pk, sk: `${prefix}${sortKey}` };
}

export function visitorsKey({ subject, day }: { readonly subject: Subject; readonly day: string }): ItemKey {
  const { pk, prefix } = placeOf(subject);
  return { pk, sk: `${prefix}${visitorsSortKey(day)}` };
}

/** Members of an item of counters that are none. */
const NO_COUNTERS = new Set(['pk', 'sk', 'ttl_s', 'workspace_id', 'code', 'erased']);

export const countersOf = (item: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(item).flatMap(([name, count]) => (NO_COUNTERS.has(name) ? [] : [[name, Number(count)]])),
  );

export const wireCounterNames = (item: WireItem): Set<string> =>
  new Set(Object.keys(item).filter((name) => !NO_COUNTERS.has(name)));

export const nameOfKey = ({ pk, sk }: Readonly<Record<string, unknown>>): string => `${String(pk)} ${String(sk)}`;
