import { keepFailedRecords } from '../../../local/pumps/failed-records.ts';
import { readFiledBatch } from '../../../local/pumps/filed-batch.ts';
import type { FiledBucket } from '../../../local/replay/filed-bucket.ts';
import { replayBatches } from '../../../local/replay/replay-batches.ts';
import { aMapping } from '../../fixtures/mappings.ts';

type Answer = (names: readonly string[]) => unknown;

const recordNamed = (name: string) => ({ kinesis: { sequenceNumber: name } });
const nameOf = (record: unknown): string => (record as ReturnType<typeof recordNamed>).kinesis.sequenceNumber;
const refusing = (...names: readonly string[]) => ({
  batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })),
});
const TAKEN = refusing();

function world(answer: Answer) {
  const objects = new Map<string, string>();
  const calls: string[] = [];
  const told: string[] = [];
  const bucket: FiledBucket = {
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
    },
    get: async (key) => Buffer.from(objects.get(key) ?? ''),
    put: async (key, body) => void objects.set(key, body.toString()),
    remove: async (key) => void objects.delete(key),
  };
  return {
    objects,
    calls,
    told,
    /** As a pump files it. */
    file: async (...names: readonly string[]): Promise<void> => {
      const records = names.map((name) => ({
        sequenceNumber: name,
        arrivedAtMs: 0,
        record: recordNamed(name),
        filterable: () => null,
      }));
      const s3 = { put: async (_: string, key: string, body: Buffer) => void objects.set(key, body.toString()) };
      const mapping = { ...aMapping(), onFailureBucketArn: 'arn:aws:s3:::failed' };
      const given = { mapping, shardId: 's-0', records, invokeCount: 6, error: null } as const;
      await keepFailedRecords(s3, { ...given, condition: 'RetryAttemptsExhausted' });
    },
    replay: () =>
      replayBatches({
        bucket,
        tell: (line) => void told.push(line),
        async invoke(functionArn, event) {
          const { Records, replayed } = event as { Records: readonly unknown[]; replayed: boolean };
          expect([functionArn, replayed]).toEqual(['arn:aws:lambda:us-east-1:000000000000:function:consumer', true]);
          calls.push(Records.map(nameOf).join(''));
          return answer(Records.map(nameOf));
        },
      }),
    filed: () => [...objects.values()].map((text) => (readFiledBatch(text)?.records ?? []).map(nameOf).join('')).sort(),
  };
}

it('hands each batch to the function that gave up on it, and forgets what that takes', async () => {
  const { file, replay, calls, objects } = world(() => TAKEN);
  await file('a', 'b');
  await file('c');
  expect(await replay()).toEqual({ done: 3, left: 0 });
  expect(calls.sort()).toEqual(['ab', 'c']);
  expect(objects.size).toBe(0);
  expect(await replay()).toEqual({ done: 0, left: 0 });
});

it.each<[claim: string, answer: Answer, calls: string[], filed: string, told: RegExp]>([
  ['all that it names', () => refusing('b', 'd'), ['abcd', 'c'], 'bd', /2 of 4 left, refused by .+consumer/],
  [
    'one by one, of a function that names the first only',
    (names) => refusing(...names.filter((name) => name === 'b' || name === 'd').slice(0, 1)),
    ['abcd', 'cd'],
    'bd',
    /2 of 4 left/,
  ],
  [
    'everything, where it names the first each time',
    (names) => refusing(...names.slice(0, 1)),
    ['abcd', 'bcd', 'cd', 'd'],
    'abcd',
    /4 of 4 left/,
  ],
  [
    'everything, where it fails',
    () => {
      throw new Error('Task timed out');
    },
    ['abcd'],
    'abcd',
    /4 of 4 left, Task timed out/,
  ],
  [
    'what is not known to be done, where it fails on the way',
    (names) => {
      if (names.length === 4) return refusing('b');
      throw new Error('killed');
    },
    ['abcd', 'cd'],
    'bcd',
    /3 of 4 left, killed/,
  ],
  [
    'everything, where it names somebody else',
    () => refusing('z'),
    ['abcd'],
    'abcd',
    /4 of 4 left, the function named/,
  ],
  ['everything, where it answers nonsense', () => ({ batchItemFailures: 'no' }), ['abcd'], 'abcd', /4 of 4 left/],
])('leaves what the function refuses filed: %s', async (_, answer, expected, filed, told) => {
  const it = world((names) => (names.join('') === 'c' ? TAKEN : answer(names)));
  await it.file('a', 'b', 'c', 'd');
  expect(await it.replay()).toEqual({ done: 4 - filed.length, left: filed.length });
  expect([it.calls, it.filed(), it.told]).toEqual([expected, [filed], [expect.stringMatching(told)]]);
  expect(await it.replay()).toMatchObject({ done: 0 });
  expect(it.filed()).toEqual([filed]);
});

it('keeps everything else that Lambda wrote of a batch of which some is left', async () => {
  const { file, replay, objects } = world(() => refusing('b'));
  await file('a', 'b');
  const [before] = [...objects.values()].map((text) => JSON.parse(text) as Record<string, unknown>);
  await replay();
  const [after] = [...objects.values()].map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(after).toEqual({ ...before, payload: JSON.stringify({ Records: [recordNamed('b')] }) });
});

it('leaves alone what Lambda did not write', async () => {
  const { objects, replay, calls, told } = world(() => TAKEN);
  objects.set('aws/lambda/x/1', 'half a fi');
  objects.set('aws/lambda/x/2', JSON.stringify({ payload: { Records: [] } }));
  objects.set('clicks/dt=2026-11-21/hr=00/file.parquet', 'PAR1');
  expect(await replay()).toEqual({ done: 0, left: 2 });
  expect([calls, objects.size, told]).toEqual([[], 3, expect.arrayContaining([expect.stringMatching(/^aws\/lambda/)])]);
});
