import * as z from 'zod/mini';
import { MAX_VALUE_LENGTH } from '../../core/clicks/counters.ts';
import type { Dimension } from '../../core/clicks/row.ts';
import { CLICK_SOURCES, DEVICES, DIMENSIONS } from '../../core/clicks/row.ts';
import { GRANULARITIES } from '../../core/clicks/time-buckets.ts';
import { INTERVALS } from '../../core/clicks/time-range.ts';
import { ANSWERERS } from '../../core/lake/answer-question.ts';
import { pageMembers } from '../page-query.ts';

const MAX_CODE_LENGTH = 255;
const MAX_TAG_LENGTH = 50;
const MAX_TIMEZONE_LENGTH = 64;

/** NUL is in no value, and no text of SQL can hold it. */
const NO_NUL = z.regex(/^[^\0]*$/, 'Must be a text.');
const text = (maxLength: number) => z.optional(z.string().check(z.minLength(1), z.maxLength(maxLength), NO_NUL));

/** One filter per dimension; a click is in where it has all of their values. */
const filters: { readonly [D in Dimension]: z.ZodMiniOptional<z.ZodMiniType<string>> } = {
  ...(Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, text(MAX_VALUE_LENGTH)])) as Record<
    Dimension,
    ReturnType<typeof text>
  >),
  source: z.optional(z.enum(CLICK_SOURCES)),
  device: z.optional(z.enum(DEVICES)),
  country: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, 'Must be two capital letters, such as DE.'))),
};

/** Which clicks; exports and reports ask with the same words. */
export const questionMembers = {
  short_code: text(MAX_CODE_LENGTH),
  tag: text(MAX_TAG_LENGTH),
  interval: z.optional(z.enum(INTERVALS)),
  start: text(MAX_TIMEZONE_LENGTH),
  end: text(MAX_TIMEZONE_LENGTH),
  timezone: text(MAX_TIMEZONE_LENGTH),
  bots: z.optional(z.enum(['exclude', 'include'])),
  ...filters,
};
const question = z.strictObject(questionMembers);
export type QuestionQuery = z.infer<typeof question>;

/** Numbers are known to two; rows to the lake alone. */
const numbersMembers = { ...questionMembers, answered_by: z.optional(z.enum(ANSWERERS)) };
/** A misspelt filter must not answer the numbers of all clicks, so unknown members are refused. */
export const summaryQuery = z.strictObject({ ...numbersMembers, compare: z.optional(z.literal('previous')) });
export const timeSeriesQuery = z.strictObject({ ...numbersMembers, granularity: z.optional(z.enum(GRANULARITIES)) });
export const breakdownQuery = z.strictObject({ ...numbersMembers, ...pageMembers, by: z.enum(DIMENSIONS) });

const instant = z.iso.datetime({ offset: true });
const count = z.int();

/** What was asked, as it was understood. */
const askedMembers = {
  short_code: z.nullable(z.string()),
  tag: z.nullable(z.string()),
  start: instant,
  end: instant,
  timezone: z.string(),
  bots: z.enum(['exclude', 'include']),
  filters: z.array(z.strictObject({ dimension: z.enum(DIMENSIONS), value: z.string() })),
  answered_by: z.enum(ANSWERERS),
};
const countedThrough = { counted_through: instant };

const totals = z.strictObject({
  clicks: count,
  scans: z.nullable(count),
  people: count,
  bots: count,
  unique_visitors: z.nullable(count),
});
const change = z.strictObject({
  clicks: z.nullable(z.number()),
  scans: z.nullable(z.number()),
  people: z.nullable(z.number()),
  bots: z.nullable(z.number()),
  unique_visitors: z.nullable(z.number()),
});
const series = z.array(z.strictObject({ start: instant, label: z.string(), clicks: count, bots: count }));
const values = z.array(z.strictObject({ value: z.string(), clicks: count }));

export const summaryAnswer = z.strictObject({
  ...askedMembers,
  totals,
  granularity: z.enum(GRANULARITIES),
  series,
  top: z.strictObject(
    Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, z.optional(values)])) as Record<
      Dimension,
      z.ZodMiniOptional<typeof values>
    >,
  ),
  previous: z.nullable(z.strictObject({ start: instant, end: instant, totals, change })),
  ...countedThrough,
});

export const timeSeriesAnswer = z.strictObject({
  ...askedMembers,
  granularity: z.enum(GRANULARITIES),
  totals: z.strictObject({ clicks: count, people: count, bots: count }),
  series,
  ...countedThrough,
});

export const breakdownAnswer = z.strictObject({
  ...askedMembers,
  by: z.enum(DIMENSIONS),
  clicks: count,
  data: values,
  next_cursor: z.nullable(z.string()),
  ...countedThrough,
});
