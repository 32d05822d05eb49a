import type { DomainEvent } from './domain-event.ts';

/** ★ Fact file: what the event bus is told by, and how much of it at once. */

/** `source` of everything that Signpost announces itself; rules ask for it. */
export const EVENT_SOURCE = 'signpost';
/** EventBridge takes at most ten events a call, of one megabyte together; ours have less than one kilobyte each. */
export const MAX_ANNOUNCED = 10;

export type Refusal = { readonly index: number; readonly reason: string };

export type EventBus = {
  /** At most `MAX_ANNOUNCED`. Answers the first that the bus did not take; others behind it may have been taken. Throws where it does not answer. */
  announce(events: readonly DomainEvent[]): Promise<Refusal | null>;
};
