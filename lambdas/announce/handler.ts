import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { DomainEvent } from '../../core/domain-events/domain-event.ts';
import type { EventBus } from '../../core/domain-events/event-bus.ts';

export type AnnounceDeps = {
  /** What a changed item says has happened; null where that is nothing. Throws for an image that cannot be read. */
  readonly toEvent: (image: unknown) => DomainEvent | null;
  readonly bus: EventBus;
};

type Told = { readonly sequenceNumber: string; readonly event: DomainEvent };
type Stuck = { readonly sequenceNumber: string; readonly reason: string };

/**
 * Announces what a table's stream says has happened, in its order: what was not committed is not on the stream, what was is.
 * Up to a record that cannot be read everything is announced; it and what is behind it come again, as does whatever the bus
 * does not take. So an event may be announced twice, with the same id, and none is left out.
 */
export const announceHandler =
  (deps: AnnounceDeps) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const { told, unreadable } = read(deps, Records);
    const stuck = (await refused(deps, told)) ?? unreadable;
    if (stuck === null) return { batchItemFailures: [] };
    console.error(JSON.stringify({ message: 'events wait', ...stuck }));
    return { batchItemFailures: [{ itemIdentifier: stuck.sequenceNumber }] };
  };

/** The events in front of the first record that cannot be read. */
function read(
  { toEvent }: AnnounceDeps,
  records: readonly DynamoDBRecord[],
): { readonly told: readonly Told[]; readonly unreadable: Stuck | null } {
  const told: Told[] = [];
  for (const { dynamodb } of records) {
    const sequenceNumber = dynamodb?.SequenceNumber ?? '';
    try {
      const event = toEvent(dynamodb?.NewImage);
      if (event !== null) told.push({ sequenceNumber, event });
    } catch (error) {
      return { told, unreadable: { sequenceNumber, reason: String(error) } };
    }
  }
  return { told, unreadable: null };
}

/** The first that the bus did not take. */
async function refused({ bus }: AnnounceDeps, told: readonly Told[]): Promise<Stuck | null> {
  const [first] = told;
  if (first === undefined) return null;
  try {
    const refusal = await bus.announce(told.map(({ event }) => event));
    return refusal === null
      ? null
      : { sequenceNumber: told[refusal.index]?.sequenceNumber ?? '', reason: refusal.reason };
  } catch (error) {
    return { sequenceNumber: first.sequenceNumber, reason: String(error) };
  }
}
