import { readEnv } from '../../adapters/env.ts';
import { exportDeps } from '../../adapters/export-deps.ts';
import { functionLogger } from '../logger.ts';
import { streamedAnswer } from '../streamed-answer.ts';
import { openExport } from './handler.ts';

const handle = streamedAnswer(functionLogger('export'), openExport(exportDeps(readEnv('export'))), (stream, head) =>
  awslambda.HttpResponseStream.from(stream, head),
);

export const handler = awslambda.streamifyResponse(handle);
