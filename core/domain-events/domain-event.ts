import { seededBytes } from '../accounts/idempotency.ts';
import { newSortableId } from '../sortable-id.ts';
import type { BatchCompleted } from './batch-completed.ts';

/**
 * What the product tells the world has happened: facts, of ids and numbers, never of persons or contents. A new kind is a new
 * variant with a `type` of its own; what would break who reads one raises its `version`.
 */
export type DomainEvent = BatchCompleted;

/** What all have in common. */
export type EventOf<Type extends string, Version extends number, Data extends object> = {
  /** `evt_…`: follows from what happened, so that whoever is told twice knows it. */
  readonly id: string;
  readonly type: Type;
  readonly version: Version;
  readonly occurredAtMs: number;
  readonly workspaceId: string;
  /** As it is told, member by member. */
  readonly data: Data;
};

/** The same for the same type, time and `fact`, which names what happened and nothing else of that type. */
export const eventIdOf = (type: DomainEvent['type'], fact: string, occurredAtMs: number): string =>
  newSortableId('evt', occurredAtMs, seededBytes(`${type}/${fact}`));

/** The event as everybody gets it, in JSON; docs/events.md has an example. */
export const encodeDomainEvent = ({ id, type, version, occurredAtMs, workspaceId, data }: DomainEvent): string =>
  JSON.stringify({
    id,
    type,
    version,
    occurred_at: new Date(occurredAtMs).toISOString(),
    workspace_id: workspaceId,
    data,
  });
