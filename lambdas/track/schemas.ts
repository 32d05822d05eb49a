import * as z from 'zod/mini';
import type { EventType } from '../../core/events/event-kinds.ts';
import { EVENT_KINDS, EVENT_TYPES } from '../../core/events/event-kinds.ts';

const MAX_CODE_LENGTH = 255;
const MAX_INSTANT_LENGTH = 40;
const code = z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_CODE_LENGTH)));

const told = {
  /** The caller's own: the same one tells the same event again. */
  event_id: z.string().check(z.regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'Must be 1 to 128 letters, digits or any of _ . : -')),
  short_code: code,
  occurred_at: z.optional(z.iso.datetime({ offset: true }).check(z.maxLength(MAX_INSTANT_LENGTH))),
};

/** Says of an unknown type which there are, before anything else is looked at. */
export const typedBody = z.looseObject({ type: z.enum(EVENT_TYPES) });

/** Nothing need be said of an event whose kind asks for nothing. */
export const EVENT_BODIES = {
  page_view: z.strictObject({ ...told, type: z.literal('page_view'), properties: EVENT_KINDS.page_view }),
  sign_up: z.strictObject({ ...told, type: z.literal('sign_up'), properties: z.optional(EVENT_KINDS.sign_up) }),
  lead: z.strictObject({ ...told, type: z.literal('lead'), properties: z.optional(EVENT_KINDS.lead) }),
  purchase: z.strictObject({ ...told, type: z.literal('purchase'), properties: EVENT_KINDS.purchase }),
  custom: z.strictObject({ ...told, type: z.literal('custom'), properties: EVENT_KINDS.custom }),
} as const satisfies Record<EventType, z.ZodMiniType>;

export const eventBody = z.discriminatedUnion('type', [
  EVENT_BODIES.page_view,
  EVENT_BODIES.sign_up,
  EVENT_BODIES.lead,
  EVENT_BODIES.purchase,
  EVENT_BODIES.custom,
]);

export const eventAnswer = z.strictObject({
  event_id: z.string(),
  type: z.enum(EVENT_TYPES),
  short_code: z.nullable(z.string()),
  properties: z.record(z.string(), z.unknown()),
  occurred_at: z.iso.datetime(),
  recorded_at: z.iso.datetime(),
});

const EVENT_INTERVALS = ['7d', '30d', '90d', 'custom'] as const;
const day = z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_INSTANT_LENGTH)));

export const eventsQuery = z.strictObject({
  type: z.optional(z.enum(EVENT_TYPES)),
  short_code: code,
  interval: z.optional(z.enum(EVENT_INTERVALS)),
  start: day,
  end: day,
});

const counted = {
  events: z.int(),
  /** Of purchases, by currency, in its minor unit. */
  revenue: z.array(z.strictObject({ currency: z.string(), purchases: z.int(), amount: z.int() })),
};

export const eventsAnswer = z.strictObject({
  short_code: z.nullable(z.string()),
  type: z.nullable(z.enum(EVENT_TYPES)),
  /** Days of UTC, both in. */
  first_day: z.iso.date(),
  last_day: z.iso.date(),
  data: z.array(
    z.strictObject({
      type: z.enum(EVENT_TYPES),
      /** Of a custom event. */
      name: z.nullable(z.string()),
      ...counted,
      /** Days without an event are not among them. */
      days: z.array(z.strictObject({ day: z.iso.date(), ...counted })),
    }),
  ),
});
