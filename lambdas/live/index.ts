import { readEnv } from '../../adapters/env.ts';
import { liveDeps } from '../../adapters/live-deps.ts';
import { eventStream } from '../event-stream.ts';
import { functionLogger } from '../logger.ts';
import { openLive } from './handler.ts';

const handle = eventStream(functionLogger('live'), openLive(liveDeps(readEnv('live'))), (stream, head) =>
  awslambda.HttpResponseStream.from(stream, head),
);

export const handler = awslambda.streamifyResponse(handle);
