import { csvLine } from '../csv-cell.ts';
import { EXPORT_COLUMNS } from './clicks-export.ts';
import type { TextRow } from './query-stream.ts';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type Format = {
  readonly mediaType: string;
  /** What comes before the rows. */
  readonly head: string;
  /** What may be sent in place of silence when the head is sent, and means nothing. */
  readonly filler: string;
  readonly line: (row: TextRow) => string;
  /** The most bytes of Athena's own text that fit into an answer of `MAX_ANSWER_BYTES`. */
  readonly maxSourceBytes: number;
};

/** Lambda streams at most 200 MB. */
const MAX_ANSWER_BYTES = 190_000_000;
/**
 * Beside the same values, Athena has quotes and commas around them, and a line of JSON the names of all columns too: at most
 * three times as much for clicks of which nothing is known.
 */
const JSON_GROWTH = 3;

/** Athena writes `2026-03-12 09:26:53.589`, which is UTC. */
const instantOf = (text: string): string => new Date(`${text.replace(' ', 'T')}Z`).toISOString();

const valueOf = (text: string, index: number): unknown => {
  switch (EXPORT_COLUMNS[index]?.type) {
    case 'timestamp':
      return instantOf(text);
    case 'boolean':
      return text === 'true';
    case 'array<string>':
      return JSON.parse(text);
    default:
      return text;
  }
};

const isInstant = EXPORT_COLUMNS.map(({ type }) => type === 'timestamp');

export const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    // Without the byte order mark Excel takes UTF-8 for something else.
    head: `\uFEFF${csvLine(EXPORT_COLUMNS.map(({ name }) => name))}`,
    filler: '',
    line: (row) => csvLine(row.map((text, index) => (isInstant[index] === true ? instantOf(text) : text))),
    maxSourceBytes: MAX_ANSWER_BYTES,
  },
  jsonl: {
    mediaType: 'application/jsonl; charset=utf-8',
    head: '',
    // Blanks before a value are none of it (RFC 8259 §2).
    filler: ' ',
    line: (row) =>
      `${JSON.stringify(Object.fromEntries(EXPORT_COLUMNS.map(({ name }, index) => [name, valueOf(row[index] ?? '', index)])))}\n`,
    maxSourceBytes: MAX_ANSWER_BYTES / JSON_GROWTH,
  },
};
