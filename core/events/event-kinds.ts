import * as z from 'zod/mini';
import { namedValues } from '../named-values.ts';

/**
 * The kinds of events that customers may track, and what each says of itself. Nothing here has room for a name or
 * an address: who it was is not what is counted. A kind added here is accepted, counted, answered and documented.
 */
const word = (maxLength: number) => z.string().check(z.minLength(1), z.maxLength(maxLength));

/** In the currency's minor unit, cents: a number of any other unit would have to be rounded. A hundred million whole ones. */
const MAX_AMOUNT = 10_000_000_000;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const MAX_VALUES = 20;
const MAX_TEXT_LENGTH = 200;
const customName = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_]{0,49}$/, 'Must be lower-case words such as trial_started.'));
const value = z.union([z.string().check(z.maxLength(MAX_TEXT_LENGTH)), z.number(), z.boolean()]);

export const EVENT_KINDS = {
  page_view: z.strictObject({
    /** Without a query, which is where addresses and tokens of people are. */
    path: z
      .string()
      .check(z.maxLength(512), z.regex(/^\/[^?#\s]*$/, 'Must be a path such as /pricing, without a query.')),
    title: z.optional(word(200)),
  }),
  sign_up: z.strictObject({ method: z.optional(word(50)), plan: z.optional(word(50)) }),
  lead: z.strictObject({ form: z.optional(word(100)) }),
  purchase: z.strictObject({
    amount: z.int().check(z.minimum(0), z.maximum(MAX_AMOUNT)),
    /** ISO 4217. */
    currency: z
      .string()
      .check(z.refine((code) => CURRENCIES.has(code), 'Must be a currency of ISO 4217 in capitals, such as EUR.')),
    order_id: z.optional(word(100)),
    items: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  }),
  custom: z.strictObject({
    name: customName,
    values: z.optional(
      namedValues(customName, value).check(
        z.refine((values) => Object.keys(values).length <= MAX_VALUES, `Must have at most ${MAX_VALUES} values.`),
      ),
    ),
  }),
} as const;

export type EventType = keyof typeof EVENT_KINDS;
export const EVENT_TYPES = Object.keys(EVENT_KINDS) as readonly EventType[] as readonly [EventType, ...EventType[]];

export type EventProperties = Readonly<Record<string, unknown>>;
