import { spanAnswer } from '../../core/clicks/question.ts';
import type { Filter } from '../../core/clicks/range-counts.ts';
import { DIMENSIONS } from '../../core/clicks/row.ts';
import type { Subject } from '../../core/clicks/subject.ts';
import type { TimeRange } from '../../core/clicks/time-range.ts';
import { timeRange } from '../../core/clicks/time-range.ts';
import { validationFailed } from '../../core/errors.ts';
import type { FilteredQuestion } from '../../core/lake/lake-numbers.ts';
import { ownLink } from '../../core/links/change-link.ts';
import type { LinkStore } from '../../core/links/link-store.ts';
import type { QuestionQuery } from './schemas.ts';

type QuestionDeps = { readonly store: LinkStore; readonly domain: string; readonly nowMs: () => number };

/** The question in a query. Throws VALIDATION_FAILED or, of another workspace's link, URL_NOT_FOUND. */
export async function toQuestion(
  deps: QuestionDeps,
  workspaceId: string,
  query: QuestionQuery,
): Promise<FilteredQuestion> {
  const range = timeRange(query, deps.nowMs());
  const subject = await subjectOf(deps, workspaceId, query);
  return { workspaceId, subject, range, policy: query.bots ?? 'exclude', filters: filtersOf(query) };
}

async function subjectOf(
  deps: QuestionDeps,
  workspaceId: string,
  { short_code: code, tag }: QuestionQuery,
): Promise<Subject> {
  if (code !== undefined && tag !== undefined) {
    throw validationFailed([{ path: 'tag', code: 'not_both', message: 'Ask for a link or for a tag.' }]);
  }
  if (tag !== undefined) return { kind: 'tag', workspaceId, tag };
  if (code === undefined) return { kind: 'workspace', id: workspaceId };
  const link = await ownLink({ store: deps.store, rules: deps }, workspaceId, code);
  return { kind: 'link', domain: link.domain, code: link.code };
}

const filtersOf = (query: QuestionQuery): readonly Filter[] =>
  DIMENSIONS.flatMap((dimension) => {
    const value = query[dimension];
    return value === undefined ? [] : [{ dimension, value }];
  });

/** What was asked, as it was understood; `range` is what was counted. */
export const askedMembers = ({ subject, policy, filters }: FilteredQuestion, range: TimeRange) => ({
  short_code: subject.kind === 'link' ? subject.code : null,
  tag: subject.kind === 'tag' ? subject.tag : null,
  ...spanAnswer(range),
  timezone: range.timezone,
  bots: policy,
  filters,
});
