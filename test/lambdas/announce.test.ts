import type { PutEventsCommand, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import { toEvent } from '../../adapters/announce-deps.ts';
import { toBatchItem } from '../../adapters/batch-items.ts';
import { eventBus } from '../../adapters/event-bus.ts';
import { toReportItem } from '../../adapters/report-items.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { announceHandler } from '../../lambdas/announce/handler.ts';
import { aBatch, BATCH_NOW_MS } from '../fixtures/batches.ts';
import { aReport } from '../fixtures/reports.ts';
import { tableEvent } from '../fixtures/stream-events.ts';

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => logged.mockRestore());

type Image = Parameters<typeof tableEvent>[number];
const imageOf = (item: object): Image => marshall(item) as Image;
const ended = (id: string, overrides: Partial<Batch> = {}): Image =>
  imageOf(toBatchItem(aBatch({ id, state: { status: 'cancelled', endedAtMs: BATCH_NOW_MS }, ...overrides })));
const POISON = imageOf({ pk: 'job#ws_1', sk: 'batch#bat_bad', status: 'exploded' });
const UNAVAILABLE: PutEventsResultEntry = { ErrorCode: 'InternalException', ErrorMessage: 'Try again.' };

/** A bus that answers each event as `answer` says, by the batch it is about; and what it was told. */
function world(answer: (batchId: string) => PutEventsResultEntry | Error = () => ({ EventId: 'one' })) {
  const calls: string[][] = [];
  const entries: Record<string, unknown>[] = [];
  const send = async ({ input }: PutEventsCommand) => {
    entries.push(...(input.Entries ?? []).map((entry) => ({ ...entry })));
    const ids = (input.Entries ?? []).map(({ Detail = '{}' }) => {
      const { data } = JSON.parse(Detail) as { data: { batch_id: string } };
      return data.batch_id;
    });
    calls.push(ids);
    const Entries = ids.map(answer);
    const broken = Entries.find((entry) => entry instanceof Error);
    if (broken instanceof Error) throw broken;
    return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
  };
  const bus = eventBus({ send: send as never }, 'signpost-test');
  return { calls, entries, handler: announceHandler({ toEvent, bus }) };
}
const failures = (...sequenceNumbers: readonly string[]) => ({
  batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('Announcing', () => {
  it('tells the bus of every batch that has ended, in one call and in order', async () => {
    const { handler, calls, entries } = world();
    expect(await handler(tableEvent(ended('bat_a'), ended('bat_b')))).toEqual(failures());
    expect(calls).toEqual([['bat_a', 'bat_b']]);
    expect(entries[0]).toMatchObject({
      EventBusName: 'signpost-test',
      Source: 'signpost',
      DetailType: 'qr.batch_completed',
      Time: new Date(BATCH_NOW_MS),
      Detail: expect.stringContaining('"workspace_id":"ws_1"') as string,
    });
  });

  it('asks nobody where nothing has happened', async () => {
    const { handler, calls } = world();
    const open = imageOf(toBatchItem(aBatch()));
    expect(await handler(tableEvent(open, imageOf(toReportItem(aReport())), null))).toEqual(failures());
    expect(calls).toEqual([]);
  });

  it('has what the bus refuses come again, from the first on, and says why', async () => {
    const { handler } = world((id) => (id === 'bat_a' ? { EventId: 'one' } : UNAVAILABLE));
    const event = tableEvent(imageOf(toBatchItem(aBatch())), ended('bat_a'), ended('bat_b'), ended('bat_c'));
    expect(await handler(event)).toEqual(failures('3'));
    expect(logged.mock.calls.join()).toContain('InternalException: Try again.');
  });

  it('has everything come again where the bus does not answer', async () => {
    const { handler } = world(() => new Error('socket hang up'));
    expect(await handler(tableEvent(null, ended('bat_a'), ended('bat_b')))).toEqual(failures('2'));
  });

  it('announces what is in front of poison, and nothing behind it again and again', async () => {
    const { handler, calls } = world();
    expect(await handler(tableEvent(ended('bat_a'), POISON, ended('bat_b')))).toEqual(failures('2'));
    expect(await handler(tableEvent(POISON, ended('bat_b')))).toEqual(failures('1'));
    expect(calls).toEqual([['bat_a']]);
  });

  it('reports a refusal in front of poison first', async () => {
    const { handler } = world(() => UNAVAILABLE);
    expect(await handler(tableEvent(ended('bat_a'), POISON))).toEqual(failures('1'));
  });

  it('tells the same of the same batch when it comes again, so that whoever hears it twice knows', async () => {
    const { handler, entries } = world();
    await handler(tableEvent(ended('bat_a')));
    await handler(tableEvent(ended('bat_a', { cleanup: 'pending' })));
    expect(entries[1]).toEqual(entries[0]);
  });
});
