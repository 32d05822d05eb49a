import { AwsError } from './aws-json.ts';
import { parseEntries, putRecord, putRecords } from './kinesis-put.ts';
import {
  describeStream,
  describeStreamSummary,
  getRecords,
  getShardIterator,
  listShards,
  parseIterator,
  parsePageToken,
} from './kinesis-read.ts';
import { type Stream, streamArnOf } from './kinesis-stream.ts';

type Input = Readonly<Record<string, unknown>>;

type Work = {
  readonly input: Input;
  readonly nowMs: number;
  /** Positions of a PutRecords that an injected fault refuses. */
  readonly refusedEntries: readonly number[];
};

type StreamOperation = {
  /** The stream that the request is about: IAM decides on its ARN. */
  streamName(input: Input): string;
  /** The answer's body, as an object or, on the hot path, ready text. */
  answer(stream: Stream, work: Work): object | Promise<string>;
};

const ARN_PREFIX = streamArnOf('');

/** The stream a request names, by name or ARN. */
function streamNameOf(input: Input): string {
  if (typeof input['StreamName'] === 'string') return input['StreamName'];
  const arn = input['StreamARN'];
  if (typeof arn === 'string' && arn.startsWith(ARN_PREFIX)) return arn.slice(ARN_PREFIX.length);
  throw new AwsError('ValidationException', 'Either StreamName or StreamARN must be given.');
}

/** All operations on one stream. ListStreams, the only other one, is answered by the engine itself. */
export const STREAM_OPERATIONS = new Map<string, StreamOperation>([
  [
    'PutRecords',
    {
      streamName: streamNameOf,
      answer: (stream, work) => putRecords(stream, parseEntries(work.input['Records']), work.refusedEntries),
    },
  ],
  ['PutRecord', { streamName: streamNameOf, answer: (stream, { input }) => putRecord(stream, input) }],
  [
    'DescribeStreamSummary',
    { streamName: streamNameOf, answer: (stream) => ({ StreamDescriptionSummary: describeStreamSummary(stream) }) },
  ],
  ['DescribeStream', { streamName: streamNameOf, answer: (stream) => ({ StreamDescription: describeStream(stream) }) }],
  [
    'ListShards',
    {
      streamName: (input) => parsePageToken(input)?.streamName ?? streamNameOf(input),
      answer: (stream, { input }) => listShards(stream, input),
    },
  ],
  [
    'GetShardIterator',
    { streamName: streamNameOf, answer: (stream, { input, nowMs }) => getShardIterator(stream, input, nowMs) },
  ],
  [
    'GetRecords',
    {
      streamName: (input) => parseIterator(input['ShardIterator']).stream,
      answer: (stream, { input, nowMs }) => getRecords(stream, input, nowMs),
    },
  ],
]);

export const listStreams = (streams: Iterable<Stream>): object => {
  const summaries = Array.from(streams, ({ name, arn }) => ({
    StreamName: name,
    StreamARN: arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
  }));
  return {
    StreamNames: summaries.map(({ StreamName }) => StreamName),
    StreamSummaries: summaries,
    HasMoreStreams: false,
  };
};
