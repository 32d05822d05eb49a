import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type DomainEvent, encodeDomainEvent } from '../core/domain-events/domain-event.ts';
import { EVENT_SOURCE, type EventBus } from '../core/domain-events/event-bus.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 2_000;

export const eventBridgeClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
    },
  });

/** The event bus of that name. PutEvents *resolves* with entries that were refused. */
export function eventBus(client: Pick<EventBridgeClient, 'send'>, name: string): EventBus {
  const entryOf = (event: DomainEvent) => ({
    EventBusName: name,
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Time: new Date(event.occurredAtMs),
    Detail: encodeDomainEvent(event),
  });
  return {
    async announce(events) {
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: events.map(entryOf) }));
      const index = Entries.findIndex(({ ErrorCode }) => ErrorCode !== undefined);
      const refused = Entries[index];
      return refused === undefined ? null : { index, reason: `${refused.ErrorCode}: ${refused.ErrorMessage}` };
    },
  };
}
