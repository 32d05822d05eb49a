import type { Question } from '../clicks/question.ts';
import { unsupportedFilter } from '../clicks/question.ts';
import { Failure } from '../errors.ts';
import type { LakeDeps } from './ask-lake.ts';
import { inLakeThrough } from './ask-lake.ts';
import type { FilteredQuestion } from './lake-numbers.ts';

export const ANSWERERS = ['counters', 'lake'] as const;
/** Counters know of two seconds ago, of one dimension at a time; the lake knows all, some minutes later. */
export type Answerer = (typeof ANSWERERS)[number];

export type Answered<Numbers> = {
  readonly numbers: Numbers;
  readonly answeredBy: Answerer;
  /** Up to when every click is in them, epoch milliseconds. */
  readonly countedThroughMs: number;
};

/** A kind of question: how each would answer it, and whether counters know all of its answer where it has a filter. */
export type Answering<Numbers> = {
  readonly byCounters: (question: Question) => Promise<Numbers>;
  readonly byLake: (question: FilteredQuestion) => Promise<Numbers>;
  readonly areCountersWhole: boolean;
};

export type AnswerDeps = LakeDeps & {
  readonly counts: { countedThroughMs(): Promise<number> };
  /** Told of what the lake failed at where counters answered instead. */
  readonly failed: (cause: unknown) => void;
};

/**
 * The answer of whoever is asked for it; else of counters where they know all of it, and of the lake where not. Where the lake
 * fails, counters tell what they know. Throws UNSUPPORTED_FILTER (of counters alone), QUESTION_TOO_LARGE, SERVICE_UNAVAILABLE.
 */
export async function answerQuestion<Numbers>(
  deps: AnswerDeps,
  question: FilteredQuestion,
  asked: Answerer | undefined,
  answering: Answering<Numbers>,
): Promise<Answered<Numbers>> {
  const counters = () => answerByCounters(deps, question, answering);
  const lake = () => answerByLake(deps, question, answering);
  if (asked === 'counters' || (asked === undefined && question.filters.length === 0)) return counters();
  if (asked === 'lake' || question.filters.length > 1) return lake();
  const [first, second] = answering.areCountersWhole ? [counters, lake] : [lake, counters];
  return first().catch(async (error: unknown) => {
    if (first === counters && !isUnsupported(error)) throw error;
    if (first === lake) deps.failed(error);
    return second().catch((other: unknown) => {
      throw isUnsupported(other) ? error : other;
    });
  });
}

async function answerByCounters<Numbers>(
  { counts }: AnswerDeps,
  { filters, ...question }: FilteredQuestion,
  { byCounters }: Answering<Numbers>,
): Promise<Answered<Numbers>> {
  if (filters.length > 1) throw unsupportedFilter('Counters know one dimension at a time.');
  // Looked up first: what it promises must be true of the numbers that are read afterwards.
  const countedThroughMs = await counts.countedThroughMs();
  const numbers = await byCounters({ ...question, filter: filters[0] ?? null });
  return { numbers, answeredBy: 'counters', countedThroughMs };
}

async function answerByLake<Numbers>(
  deps: LakeDeps,
  question: FilteredQuestion,
  { byLake }: Answering<Numbers>,
): Promise<Answered<Numbers>> {
  const countedThroughMs = inLakeThrough(deps);
  return { numbers: await byLake(question), answeredBy: 'lake', countedThroughMs };
}

const isUnsupported = (error: unknown): boolean => error instanceof Failure && error.word === 'UNSUPPORTED_FILTER';
