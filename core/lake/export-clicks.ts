import type { BotPolicy } from '../clicks/range-counts.ts';
import { Failure } from '../errors.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { clicksExport } from './clicks-export.ts';
import type { Format } from './export-format.ts';
import type { QueryFailure } from './lake-queries.ts';
import type { QueryStream, QueryStreams, StreamedAnswer, TextRow } from './query-stream.ts';

export type ExportDeps = { readonly queries: QueryStreams; readonly nowMs: () => number };

export type RunningExport = {
  /** The text, as it becomes known. Ends with an error where rows are missing, never before the last one. */
  text(signal: AbortSignal): AsyncIterable<string>;
  /** To be called when no more text is wanted. */
  stop(): Promise<void>;
};

/** As long as whoever asks can be told in words what went wrong; CloudFront wants a first byte within 30 s. */
const IN_WORDS_MS = 15_000;
/** CloudFront and API Gateway cut what is silent for longer. */
const SILENCE_MS = 10_000;
/** Rows are sent from then on at the latest: API Gateway lets a stream last for 15 minutes. */
const QUERY_LIMIT_MS = 5 * 60_000;
/** What is sent at once: one call for each row would be most of the work. */
const CHUNK_LENGTH = 64 * 1_024;

/**
 * Starts an export and waits a while for its rows, so that what fails soon fails in words. Throws EXPORT_TOO_LARGE; rejects
 * where the lake could not be asked.
 */
export async function exportClicks(
  deps: ExportDeps,
  asked: ClicksAsked,
  policy: BotPolicy,
  format: Format,
): Promise<RunningExport> {
  const query = await deps.queries.start(clicksExport(asked, policy));
  if ('kind' in query) throw failureOf(query);
  const endMs = deps.nowMs() + QUERY_LIMIT_MS;
  try {
    const first = await query.settled(IN_WORDS_MS, new AbortController().signal);
    const answer = first.kind === 'running' ? null : checked(first, format);
    return {
      text: (signal) => textOf({ query, answer, format, signal, isLate: () => deps.nowMs() >= endMs }),
      stop: () => query.stop(),
    };
  } catch (error) {
    await Promise.allSettled([query.stop()]);
    throw error;
  }
}

type Running = {
  readonly query: QueryStream;
  readonly answer: StreamedAnswer | null;
  readonly format: Format;
  readonly signal: AbortSignal;
  readonly isLate: () => boolean;
};

async function* textOf({ query, answer: early, format, signal, isLate }: Running): AsyncGenerator<string> {
  let answer = early;
  let said = 0;
  while (answer === null) {
    // A piece of what comes first anyway breaks the silence.
    yield format.head.slice(said, said + 1) || format.filler;
    said += 1;
    const state = await query.settled(SILENCE_MS, signal);
    if (state.kind !== 'running') answer = checked(state, format);
    else if (isLate()) throw new Error('The lake took too long for an export.');
  }
  yield* inChunks(format.head.slice(said), answer.rows, format);
}

async function* inChunks(head: string, rows: AsyncIterable<TextRow>, { line }: Format): AsyncGenerator<string> {
  let chunk = head;
  for await (const row of rows) {
    chunk += line(row);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function checked(state: StreamedAnswer | QueryFailure, { maxSourceBytes }: Format): StreamedAnswer {
  if (state.kind !== 'answered') throw failureOf(state);
  if (state.sizeBytes > maxSourceBytes) throw new Failure('EXPORT_TOO_LARGE');
  return state;
}

/** Only we cancel, and the workgroup what reads more than it allows. */
const failureOf = ({ kind, reason }: QueryFailure): Error =>
  kind === 'cancelled' ? new Failure('EXPORT_TOO_LARGE') : new Error(`An export was ${kind}: ${reason}`);
