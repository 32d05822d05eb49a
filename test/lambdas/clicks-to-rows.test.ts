import { readClick } from '../../core/clicks/click.ts';
import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import { CLICK_COLUMNS } from '../../core/clicks/row.ts';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { clicksToRowsHandler } from '../../lambdas/clicks-to-rows/handler.ts';
import { aClickEvent, IPHONE } from '../fixtures/clicks.ts';
import { NOW_MS } from '../fixtures/links.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const textOf = (data: string) => Buffer.from(data, 'base64').toString();

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => logged.mockRestore());

async function rowsOf(...lines: readonly string[]) {
  const records = lines.map((line, index) => ({
    recordId: `record-${index}`,
    approximateArrivalTimestamp: NOW_MS,
    data: base64(line),
  }));
  const answer = await clicksToRowsHandler({
    invocationId: 'invocation',
    deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks',
    region: 'us-east-1',
    records,
  });
  return answer.records;
}

const rowOf = (data: string) => JSON.parse(textOf(data)) as Record<string, unknown>;

it('makes of a click one line with exactly the columns of the lake, in order', async () => {
  const event = encodeClickEvent(aClickEvent());
  const [row] = await rowsOf(event);
  expect(row).toMatchObject({ recordId: 'record-0', result: 'Ok' });
  const line = textOf(row?.data ?? '');
  expect(line).toMatch(/^\{[^\n]+\}\n$/);
  const { at_ms, ...click } = readClick(event) ?? { at_ms: 0 };
  const { clicked_at, ...others } = rowOf(row?.data ?? '');
  expect(others).toEqual(click);
  expect(clicked_at).toBe(new Date(at_ms).toISOString());
  expect(Object.keys(rowOf(row?.data ?? ''))).toEqual(LAKE_COLUMNS.map(({ name }) => name));
});

it('has a column in the lake for each column of a click, and no unit in the name of a timestamp', () => {
  expect(LAKE_COLUMNS).toHaveLength(Object.keys(CLICK_COLUMNS).length);
  expect(LAKE_COLUMNS).toContainEqual({ name: 'clicked_at', type: 'timestamp' });
  expect(LAKE_COLUMNS).toContainEqual({ name: 'tags', type: 'array<string>' });
  expect(LAKE_COLUMNS).toContainEqual({ name: 'bot', type: 'boolean' });
});

it('lets no user agent into the lake', async () => {
  const [row] = await rowsOf(encodeClickEvent(aClickEvent()));
  expect(textOf(row?.data ?? '')).not.toContain(IPHONE);
  expect(rowOf(row?.data ?? '')).toMatchObject({ os: 'iOS', browser: 'Safari' });
});

it.each([
  ['no JSON', 'poison'],
  ['nothing', ''],
  ['JSON that is no click', '{"id":1}'],
  ['a list', '[]'],
])('fails a record with %s by itself, with its data, and makes rows of the others', async (_, poison) => {
  const good = encodeClickEvent(aClickEvent());
  const answers = await rowsOf(good, poison, good);
  expect(answers.map(({ result }) => result)).toEqual(['Ok', 'ProcessingFailed', 'Ok']);
  expect(answers[1]).toEqual({ recordId: 'record-1', result: 'ProcessingFailed', data: base64(poison) });
  expect(logged).toHaveBeenCalledTimes(1);
});

it('keeps each text whole that counters keep, whatever letters it has', async () => {
  const event = aClickEvent({ city: 'Zürich "a"\n👩‍🚀', tags: ['ä', 'b,c'] });
  const [row] = await rowsOf(encodeClickEvent(event));
  expect(rowOf(row?.data ?? '')).toMatchObject({ city: event.city, tags: event.tags });
});
