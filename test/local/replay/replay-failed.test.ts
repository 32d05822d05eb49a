import { encodeClickEvent } from '../../../core/clicks/click-event.ts';
import { failureLines } from '../../../local/deliveries/failure-lines.ts';
import { startLambdaApi } from '../../../local/engines/lambda-api.ts';
import { InvocationError } from '../../../local/lambda/invocation-error.ts';
import { keepFailedRecords } from '../../../local/pumps/failed-records.ts';
import { startBuckets, type TestBuckets } from '../../fixtures/buckets.ts';
import { aClickEvent } from '../../fixtures/clicks.ts';
import { aMapping } from '../../fixtures/mappings.ts';
import { replayFailed } from '../../fixtures/replay-failed.ts';
import { LEAN_ENV } from '../../fixtures/tables.ts';

const [LAKE, BATCHES] = ['stage-lake', 'stage-failed-records'];

let buckets: TestBuckets;
beforeEach(async () => {
  buckets = await startBuckets([LAKE, BATCHES]);
});
afterEach(() => buckets.close());

/** A row in the one bucket, a batch in the other. */
async function file(): Promise<void> {
  const { engine } = buckets;
  const row = {
    errorType: 'processing-failed',
    arrivedAtMs: Date.UTC(2026, 10, 21),
    attempts: 4,
    code: 'Lambda.FunctionError',
    message: 'out of order',
    raw: Buffer.from(encodeClickEvent(aClickEvent())),
  } as const;
  await engine.put(LAKE, 'processing-failed/2026/11/21/one', failureLines([row], 'arn:rows', Date.now()));
  const record = { kinesis: { sequenceNumber: '1' } };
  await keepFailedRecords(engine, {
    mapping: aMapping({ onFailureBucketArn: `arn:aws:s3:::${BATCHES}` }),
    shardId: 's-0',
    records: [{ sequenceNumber: '1', arrivedAtMs: 0, record, filterable: () => null }],
    condition: 'RetryAttemptsExhausted',
    invokeCount: 6,
    error: null,
  });
}

/** As against a deployed stage, with S3 and Lambda where the environment says. */
async function replay(invoke: (name: string, event: unknown) => Promise<unknown>, ...names: readonly string[]) {
  const accessKeyId = LEAN_ENV.AWS_ACCESS_KEY_ID;
  const lambda = await startLambdaApi({ accessKeyId, functionNames: ['consumer'], invoke });
  try {
    const endpoints = { AWS_ENDPOINT_URL_S3: buckets.engine.url, AWS_ENDPOINT_URL_LAMBDA: lambda.url };
    return await replayFailed(names, { ...LEAN_ENV, ...endpoints });
  } finally {
    await lambda.close();
  }
}

const keys = (): readonly string[] => [LAKE, BATCHES].flatMap((name) => buckets.engine.keys(name));

describe('Failed records of a deployed stage', () => {
  it('come back from either bucket, as its functions are deployed, and nothing is left', async () => {
    await file();
    const called: unknown[] = [];
    const ended = await replay(async (...call) => void called.push(call), LAKE, BATCHES);
    expect(ended).toEqual({
      exitCode: 0,
      output: 'rows: 1 brought into the lake, 0 left\nbatches: 1 record(s) taken by their functions, 0 left\n',
      errors: '',
    });
    expect(called).toEqual([['consumer', { Records: [{ kinesis: { sequenceNumber: '1' } }], replayed: true }]]);
    expect(keys()).toEqual([expect.stringMatching(/^clicks\/dt=2026-11-21\/hr=00\/replayed-/)]);
  });

  it('of the bucket that is not named stay where they are', async () => {
    await file();
    const { exitCode, output } = await replay(async () => null, BATCHES);
    expect([exitCode, output]).toEqual([0, expect.stringMatching(/^rows: 0 .+\nbatches: 1 record\(s\) taken/)]);
    expect(keys()).toEqual(['processing-failed/2026/11/21/one']);
  });

  it('stay where their function fails, and the command says which and why', async () => {
    await file();
    const failing = async (): Promise<never> => {
      throw new InvocationError({ errorType: 'Error', errorMessage: 'the table is away', stack: '' });
    };
    const { exitCode, errors } = await replay(failing, BATCHES);
    expect([exitCode, errors]).toEqual([
      1,
      expect.stringMatching(/^stage-failed-records\/aws\/lambda\/Feed\/s-0\/\S+: 1 of 1 left, the table is away\n$/),
    ]);
    expect(keys()).toHaveLength(2);
  });

  it('are not looked for in a bucket that is not there', async () => {
    const { exitCode, errors } = await replay(async () => null, 'nobodys');
    expect([exitCode, errors]).toEqual([1, expect.stringMatching(/bucket/i)]);
  });
});

it.each([
  [['--wrong'], 2, /--wrong/],
  [['--data', '/nothing/here'], 1, /npm start/],
])('Arguments that cannot be followed are refused in a sentence: %j', async (args, exitCode, sentence) => {
  expect(await replayFailed(args)).toMatchObject({ exitCode, errors: expect.stringMatching(sentence) });
});
