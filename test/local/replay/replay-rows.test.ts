import { parquetReadObjects } from 'hyparquet';
import { readClick } from '../../../core/clicks/click.ts';
import { encodeClickEvent } from '../../../core/clicks/click-event.ts';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { encodeClickRow } from '../../../core/clicks/click-row.ts';
import { failureLines } from '../../../local/deliveries/failure-lines.ts';
import type { ErrorType } from '../../../local/deliveries/transform.ts';
import type { FiledBucket } from '../../../local/replay/filed-bucket.ts';
import { replayRows } from '../../../local/replay/replay-rows.ts';
import { aClickEvent } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const ARRIVED_MS = Date.UTC(2026, 2, 12, 9, 26, 53);

function world() {
  const objects = new Map<string, Buffer>();
  const lost = { answerOf: '' };
  const told: string[] = [];
  const bucket: FiledBucket = {
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) if (key.startsWith(prefix)) yield key;
    },
    get: async (key) => objects.get(key) ?? Buffer.from(''),
    async put(key, body) {
      objects.set(key, body);
    },
    async remove(key) {
      if (lost.answerOf === key) throw new Error('connection lost');
      objects.delete(key);
    },
  };
  return {
    objects,
    lost,
    told,
    replay: () => replayRows({ bucket, tell: (line) => void told.push(line) }),
    file: (key: string, errorType: ErrorType, ...raws: readonly string[]): void => {
      const failures = raws.map((raw) => ({
        errorType,
        arrivedAtMs: ARRIVED_MS,
        attempts: 4,
        code: 'Lambda.FunctionError',
        message: 'out of order',
        raw: Buffer.from(raw),
      }));
      objects.set(key, failureLines(failures, 'arn:rows', NOW_MS));
    },
    ids: async () => {
      const files = [...objects].filter(([key]) => key.startsWith('clicks/'));
      const read = files.map(([, body]) => parquetReadObjects({ file: new Uint8Array(body).buffer }));
      return (await Promise.all(read)).flat().map(({ id }) => String(id));
    },
  };
}

const newEvent = () => aClickEvent({ id: newClickId(NOW_MS) });
const rowOf = (json: string) => {
  const click = readClick(json);
  if (click === null) throw new Error('not a click');
  return encodeClickRow(click);
};

it('brings failed clicks into the hour they arrived in, and nothing stays filed', async () => {
  const { replay, objects, file, ids, told } = world();
  const events = [newEvent(), newEvent()];
  file('processing-failed/2026/03/12/one', 'processing-failed', ...events.map(encodeClickEvent));
  expect(await replay()).toEqual({ done: 2, left: 0 });
  expect([...objects.keys()]).toEqual([
    expect.stringMatching(/^clicks\/dt=2026-03-12\/hr=09\/replayed-[0-9a-f]{32}\.parquet$/),
  ]);
  expect(await ids()).toEqual(events.map(({ id }) => id));
  expect(told).toEqual([]);
});

it('leaves poison filed as it is, takes the clicks beside it, and says where something is left', async () => {
  const { replay, objects, file, ids, told } = world();
  const event = newEvent();
  file('processing-failed/2026/03/12/one', 'processing-failed', 'poison', encodeClickEvent(event));
  expect(await replay()).toEqual({ done: 1, left: 1 });
  const left = objects.get('processing-failed/2026/03/12/one')?.toString() ?? '';
  expect(left.trimEnd().split('\n')).toHaveLength(1);
  expect(left).toContain(Buffer.from('poison').toString('base64'));
  expect(await replay()).toEqual({ done: 0, left: 1 });
  expect(told).toEqual([
    expect.stringMatching(/^processing-failed\/2026\/03\/12\/one: 1 of 2 left, /),
    expect.stringMatching(/^processing-failed\/2026\/03\/12\/one: 1 of 1 left, /),
  ]);
  expect(await ids()).toEqual([event.id]);
});

it('takes rows that did not fit the table once they fit', async () => {
  const { replay, file, ids } = world();
  const event = newEvent();
  const row = rowOf(encodeClickEvent(event));
  const unfit = row.replace('"bot":false', '"bot":"no"');
  file('format-conversion-failed/2026/03/12/one', 'format-conversion-failed', row, unfit);
  expect(await replay()).toEqual({ done: 1, left: 1 });
  expect(await ids()).toEqual([event.id]);
});

it('makes each row once when it is interrupted behind the rows and repeated', async () => {
  const { replay, file, ids, lost } = world();
  const event = newEvent();
  const key = 'processing-failed/2026/03/12/one';
  file(key, 'processing-failed', encodeClickEvent(event));
  lost.answerOf = key;
  await expect(replay()).rejects.toThrow('connection lost');
  lost.answerOf = '';
  expect(await replay()).toEqual({ done: 1, left: 0 });
  expect(await ids()).toEqual([event.id]);
});

it('does nothing where nothing failed', async () => {
  const { replay, objects } = world();
  expect(await replay()).toEqual({ done: 0, left: 0 });
  expect(objects.size).toBe(0);
});
