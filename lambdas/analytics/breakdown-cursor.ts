import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { ValueCount } from '../../core/clicks/ranked-values.ts';
import type { Dimension } from '../../core/clicks/row.ts';
import type { Span, TimeRange } from '../../core/clicks/time-range.ts';
import { MAX_RANGE_DAYS } from '../../core/clicks/time-range.ts';
import { DAY_MS, HOUR_MS } from '../../core/clicks/time-zone.ts';
import { invalidCursor } from '../../core/errors.ts';
import type { FilteredQuestion } from '../../core/lake/lake-numbers.ts';
import { readCursor, writeCursor } from '../list-cursor.ts';

/** Where a breakdown goes on: behind a value, in the range of its first page, whatever the time has become. */
export type BreakdownPosition = { readonly range: TimeRange; readonly after: ValueCount };

const hour = z.int().check(z.multipleOf(HOUR_MS), z.minimum(0));
const position = z.tuple([hour, hour, z.int(), z.string()]);

/** A cursor is for one question of one workspace. */
const listOf = ({ subject, policy, filters, range }: FilteredQuestion, by: Dimension): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, policy, filters, range.timezone, by]))
    .digest('base64url');

export const encodePosition = (
  question: FilteredQuestion,
  by: Dimension,
  workspaceId: string,
  { startMs, endMs }: Span,
  last: ValueCount | null,
): string | null =>
  last === null
    ? null
    : writeCursor(
        { list: listOf(question, by), after: JSON.stringify([startMs, endMs, last.clicks, last.value]) },
        workspaceId,
      );

/** Null where there is no cursor. Throws VALIDATION_FAILED for anything `encodePosition` did not make for this question. */
export function decodePosition(
  text: string | undefined,
  question: FilteredQuestion,
  by: Dimension,
  workspaceId: string,
): BreakdownPosition | null {
  const cursor = readCursor(text, workspaceId, [listOf(question, by)]);
  if (cursor === null) return null;
  const { success, data } = position.safeParse(parsed(cursor.after ?? ''));
  if (!success) throw invalidCursor();
  const [startMs, endMs, clicks, value] = data;
  const isRange = startMs < endMs && endMs - startMs <= (MAX_RANGE_DAYS + 3) * DAY_MS;
  if (!isRange || endMs > question.range.endMs + DAY_MS) throw invalidCursor();
  return { range: { startMs, endMs, timezone: question.range.timezone }, after: { value, clicks } };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
