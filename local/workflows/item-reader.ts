import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse';
import type { ItemReaderDefinition, Json } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import { jsonElements } from './json-elements.ts';
import { linesOf } from './lines.ts';
import { clientOptions, type Doer, type TaskFacts } from './tasks.ts';

export type ObjectPlace = { readonly Bucket: string; readonly Key: string; readonly VersionId?: string };
type ReaderConfig = NonNullable<ItemReaderDefinition['ReaderConfig']>;

const DELIMITERS = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

/**
 * The items of an object in S3, read as they are asked for: rows of a CSV as objects of text, elements of a JSON array,
 * lines of JSON. Throws States.ItemReaderFailed.
 */
export async function* readItems(
  place: ObjectPlace,
  config: ReaderConfig,
  facts: TaskFacts,
  doer: Doer,
): AsyncGenerator<Json> {
  const client = new S3Client(clientOptions('S3', facts, doer));
  try {
    const { Body } = await client.send(new GetObjectCommand(place));
    yield* itemsOf(Body as Readable, config);
  } catch (error) {
    throw new WorkflowFailure('States.ItemReaderFailed', error instanceof Error ? error.message : String(error));
  } finally {
    client.destroy();
  }
}

/** The same for bytes at hand. */
export function itemsOf(body: Readable, config: ReaderConfig): AsyncGenerator<Json> {
  switch (config.InputType) {
    case 'CSV':
      return csvItems(body, config);
    case 'JSONL':
      return jsonLines(body);
    default:
      return jsonElements(body);
  }
}

/** A row that is too short has empty text for what it lacks; what it has too much is left out. */
async function* csvItems(body: Readable, config: ReaderConfig): AsyncGenerator<Json> {
  const { CSVHeaderLocation, CSVHeaders = [], CSVDelimiter = 'COMMA' } = config;
  const delimiter = DELIMITERS[CSVDelimiter];
  const rows = parse({ bom: true, delimiter, relax_column_count: true, skip_empty_lines: true });
  body.once('error', (error) => rows.destroy(error));
  let headers = CSVHeaderLocation === 'GIVEN' ? CSVHeaders : null;
  for await (const row of body.pipe(rows) as AsyncIterable<readonly string[]>) {
    if (headers === null) headers = row;
    else yield Object.fromEntries(headers.map((header, index) => [header, row[index] ?? '']));
  }
}

/** The last line needs no newline behind it. */
async function* jsonLines(body: Readable): AsyncGenerator<Json> {
  async function* closed(): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
    yield Buffer.from('\n');
  }
  for await (const { text } of linesOf(closed())) if (text.trim() !== '') yield JSON.parse(text) as Json;
}
