import { pipeline, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse';
import type { QueryStream, QueryStreams, StreamedAnswer, TextRow } from '../core/lake/query-stream.ts';
import { type QueryPlace, queryState, startQuery, stopQuery } from './query-execution.ts';

const POLL_MS = 250;

/** Athena as the port for answers that no memory holds: its rows are read from the file that it writes them to. */
export function queryStreams(place: QueryPlace, s3: S3Client): QueryStreams {
  return {
    async start(sql) {
      const started = await startQuery(place, { sql, maxAgeMinutes: 0 });
      return started.kind === 'started' ? queryStream(place, s3, started.id) : started;
    },
  };
}

function queryStream({ client }: QueryPlace, s3: S3Client, id: string): QueryStream {
  let isOver = false;
  return {
    async settled(waitMs, signal) {
      const endMs = Date.now() + waitMs;
      for (;;) {
        const state = await queryState(client, id);
        isOver = state.kind !== 'running';
        if (state.kind === 'succeeded') return await answerAt(s3, state.outputLocation);
        if (state.kind !== 'running' || Date.now() >= endMs) return state;
        await sleep(POLL_MS, undefined, { signal });
      }
    },
    async stop() {
      if (!isOver) await stopQuery(client, id);
    },
  };
}

async function answerAt(s3: S3Client, location: string): Promise<StreamedAnswer> {
  const { hostname: Bucket, pathname } = new URL(location);
  const file = { Bucket, Key: pathname.slice(1) };
  const { ContentLength = 0 } = await s3.send(new HeadObjectCommand(file));
  return { kind: 'answered', sizeBytes: ContentLength, rows: rowsOf(s3, file) };
}

/** The first line are the names of the columns. A file that breaks off, or is no CSV, rejects. */
async function* rowsOf(s3: S3Client, file: { readonly Bucket: string; readonly Key: string }): AsyncGenerator<TextRow> {
  const { Body } = await s3.send(new GetObjectCommand(file));
  // Whoever stops reading ends the pipeline, and with it the call.
  const parser = pipeline(Body as Readable, parse({ from_line: 2 }), () => undefined);
  for await (const row of parser) yield row as TextRow;
}
