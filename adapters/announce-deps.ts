import { batchCompleted } from '../core/domain-events/batch-completed.ts';
import type { DomainEvent } from '../core/domain-events/domain-event.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainItem } from './attribute-value.ts';
import { fromBatchItem } from './batch-items.ts';
import type { FunctionEnv } from './env.ts';
import { eventBridgeClient, eventBus } from './event-bus.ts';
import { BATCH_JOB_PREFIX } from './table.ts';

export const announceDeps = (env: FunctionEnv<'announce'>) => ({
  toEvent,
  bus: eventBus(eventBridgeClient(), env.EVENT_BUS),
});

/** What an item of the jobs, as the table's stream tells it, says has happened; null where that is nothing. Throws for what is no item of theirs. */
export function toEvent(image: unknown): DomainEvent | null {
  if (typeof image !== 'object' || image === null) return null;
  const item = plainItem(image as Record<string, AttributeValue>);
  return String(item['sk']).startsWith(BATCH_JOB_PREFIX) ? batchCompleted(fromBatchItem(item)) : null;
}
