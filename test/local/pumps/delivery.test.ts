import { type DeliveryDeps, deliver } from '../../../local/pumps/delivery.ts';
import type { SourceRecord } from '../../../local/pumps/source.ts';

type Rules = Parameters<typeof deliver>[1];
const NOW_MS = 1_000_000;
const rules: Rules = { maxRetries: 2, maxRecordAgeS: null, bisectsOnError: false, reportsItemFailures: true };

const recordsOf = (names: string, arrivedAtMs = NOW_MS): SourceRecord[] =>
  names.split('').map((name) => ({ sequenceNumber: name, arrivedAtMs, record: { name }, filterable: () => null }));
const namesOf = (records: readonly SourceRecord[]): string =>
  records.map(({ sequenceNumber }) => sequenceNumber).join('');

/** Runs a delivery with a function that answers by what it is given, and writes down everything that happens. */
async function run(batch: SourceRecord[], given: Partial<Rules>, answer: (names: string, call: number) => unknown) {
  const invoked: string[] = [];
  const givenUp: string[] = [];
  const checkpoints: string[] = [];
  const slept: number[] = [];
  const deps: DeliveryDeps = {
    invoke: async (records) => {
      invoked.push(namesOf(records));
      return answer(namesOf(records), invoked.length);
    },
    giveUp: async ({ records, condition, invokeCount }) =>
      void givenUp.push(`${namesOf(records)} ${condition} ${invokeCount}`),
    checkpoint: (sequenceNumber) => void checkpoints.push(sequenceNumber),
    sleep: async (delayMs) => void slept.push(delayMs),
    nowMs: () => NOW_MS,
  };
  await deliver(batch, { ...rules, ...given }, deps, new AbortController().signal);
  return { invoked, givenUp, checkpoints, slept };
}

const failed = (...names: string[]) => ({ batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })) });
const poison = (name: string) => (names: string) => {
  if (names.includes(name)) throw new Error('poison');
};

describe('delivery of a batch', () => {
  test.each<[answer: unknown]>([[undefined], [null], [{}], [failed()], [{ batchItemFailures: null }]])(
    'the answer %j is full success: checkpoint behind the last record',
    async (answer) => {
      expect(await run(recordsOf('abc'), {}, () => answer)).toEqual({
        invoked: ['abc'],
        givenUp: [],
        checkpoints: ['c'],
        slept: [],
      });
    },
  );

  test('after a partial answer only what is left comes again, from the lowest failed record on', async () => {
    const answers = [failed('d', 'b'), failed('c'), undefined];
    const { invoked, checkpoints } = await run(recordsOf('abcd'), {}, (_names, call) => answers[call - 1]);
    expect(invoked).toEqual(['abcd', 'bcd', 'cd']);
    expect(checkpoints).toEqual(['a', 'b', 'd']);
  });

  test.each([['nobody'], ['']])('an identifier that is not of the batch (%j) means that all failed', async (name) => {
    const { invoked, checkpoints } = await run(recordsOf('ab'), {}, (_names, call) =>
      call === 1 ? failed(name) : undefined,
    );
    expect({ invoked, checkpoints }).toEqual({ invoked: ['ab', 'ab'], checkpoints: ['b'] });
  });

  test('without ReportBatchItemFailures the answer is not looked at', async () => {
    const { checkpoints } = await run(recordsOf('ab'), { reportsItemFailures: false }, () => failed('a'));
    expect(checkpoints).toEqual(['b']);
  });

  test('nothing is checkpointed before it succeeded or was given up on', async () => {
    const order: string[] = [];
    const deps: DeliveryDeps = {
      invoke: async () => {
        order.push('invoke');
        throw new Error('always');
      },
      giveUp: async () => void order.push('give up'),
      checkpoint: () => void order.push('checkpoint'),
      sleep: async () => undefined,
      nowMs: () => NOW_MS,
    };
    await deliver(recordsOf('a'), { ...rules, maxRetries: 1 }, deps, new AbortController().signal);
    expect(order).toEqual(['invoke', 'invoke', 'give up', 'checkpoint']);
  });

  test('a batch that keeps failing is given up on after its retries, with growing pauses', async () => {
    const { invoked, givenUp, checkpoints, slept } = await run(recordsOf('ab'), { maxRetries: 7 }, poison('a'));
    expect(invoked).toHaveLength(8);
    expect(givenUp).toEqual(['ab RetryAttemptsExhausted 8']);
    expect(checkpoints).toEqual(['b']);
    expect(slept).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000]);
  });

  test('bisecting finds the one bad record, keeps the order and costs the others no retry', async () => {
    const { invoked, givenUp, checkpoints } = await run(
      recordsOf('abcdefgh'),
      { bisectsOnError: true, maxRetries: 0 },
      poison('f'),
    );
    expect(invoked).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
    expect(givenUp).toEqual(['f RetryAttemptsExhausted 1']);
    expect(checkpoints).toEqual(['d', 'e', 'f', 'h']);
  });

  test('without a limit it goes on until it succeeds', async () => {
    const { invoked, givenUp } = await run(recordsOf('a'), { maxRetries: null }, (_names, call) => {
      if (call < 50) throw new Error('not yet');
    });
    expect([invoked.length, givenUp.length]).toEqual([50, 0]);
  });

  test('records over the age limit are given up on without a call, the younger ones are delivered', async () => {
    const batch = [...recordsOf('ab', NOW_MS - 61_000), ...recordsOf('cd', NOW_MS - 59_000)];
    const { invoked, givenUp, checkpoints } = await run(batch, { maxRecordAgeS: 60 }, () => undefined);
    expect({ invoked, givenUp, checkpoints }).toEqual({
      invoked: ['cd'],
      givenUp: ['ab RecordAgeExceeded 0'],
      checkpoints: ['b', 'd'],
    });
  });
});
