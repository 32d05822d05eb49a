import { batchEventsDeps } from '../../adapters/batch-events-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { eventStream } from '../event-stream.ts';
import { functionLogger } from '../logger.ts';
import { openBatchEvents } from './handler.ts';

const handle = eventStream(
  functionLogger('batch-events'),
  openBatchEvents(batchEventsDeps(readEnv('batch-events'))),
  (stream, head) => awslambda.HttpResponseStream.from(stream, head),
);

export const handler = awslambda.streamifyResponse(handle);
