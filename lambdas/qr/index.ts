import { readEnv } from '../../adapters/env.ts';
import { qrDeps } from '../../adapters/qr-deps.ts';
import { functionLogger } from '../logger.ts';
import { ROUTES } from '../routes.ts';
import { wholeAnswer } from '../whole-answer.ts';
import { qrHandler } from './handler.ts';

const deps = qrDeps(
  readEnv('qr'),
  ROUTES.map(({ path }) => path),
);

const handle = wholeAnswer(functionLogger('qr'), qrHandler(deps), (stream, head) =>
  awslambda.HttpResponseStream.from(stream, head),
);

export const handler = awslambda.streamifyResponse(handle);
