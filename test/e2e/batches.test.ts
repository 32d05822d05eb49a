import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import type { BatchAnswer } from '../../lambdas/batches/schemas.ts';
import { readEvents } from '../fixtures/event-reader.ts';
import { signedEnd } from '../fixtures/signed-end.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';
import { batchCustomer, download, MADE_WITHIN_MS, rowsOf } from './batch-customer.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';

/** Batches on the running product: rows go in as JSON or as a file, a ZIP and a table of errors come out. */
type DryRun = {
  readonly total: number;
  readonly valid: number;
  readonly errors: readonly { readonly row: number; readonly column: string; readonly reason: string }[];
  readonly complete: boolean;
};

let product: Product;
const { ask, order, read, ended, upload, verb } = batchCustomer(() => product, { format: 'png', size: 128 });
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());

const textIn = async (png: Buffer): Promise<string | null> =>
  (await Promise.all(Object.values(qrDecoders).map(async (decode) => decode(await pictureDecoders.png(png))))).find(
    (text) => text !== null,
  ) ?? null;

/** So many codes of texts that are all different. */
const texts = (count: number, word = 'row') =>
  Array.from({ length: count }, (_, at) => ({ text: `${word} ${at + 1}` }));

describe('a batch of items', () => {
  test('of every kind comes as a ZIP, with a row of the manifest for each', async () => {
    const created = { link: { original_url: 'https://example.com/a', custom_alias: 'batch-a' }, placement: 'door' };
    await product.api('/v1/urls', { body: { original_url: 'https://example.com/b', custom_alias: 'batch-b' } });
    const items = [
      created,
      { short_code: 'batch-b' },
      'https://example.com/c',
      { wifi: { ssid: 'Guests', security: 'nopass' } },
      { text: 'd' },
    ];
    const ordered = await order({ items });
    expect(ordered).toMatchObject({ status: 'queued', total: 5, done: 0, failed: 0, download_url: null, run: 1 });
    expect(ordered.events_url).toBe(`${product.app}/v1/qr/batches/${ordered.batch_id}/events`);
    const batch = await ended(ordered);
    expect(batch).toMatchObject({ status: 'succeeded', total: 5, done: 5, failed: 0, errors_url: null, reason: null });
    expect(batch.download_expires_at).toBe(signedEnd(batch.download_url ?? ''));
    const zip = await download(batch.download_url);
    expect(zip.length).toBe(batch.bytes);
    const files = filesOfZip(zip);
    const manifest = rowsOf(files.get('manifest.csv'));
    expect(manifest.map(({ row, short_code: code }) => [row, code])).toEqual([
      ['1', 'batch-a'],
      ['2', 'batch-b'],
      ['3', ''],
      ['4', ''],
      ['5', ''],
    ]);
    const said = await Promise.all(manifest.map(({ file = '' }) => textIn(files.get(file) ?? Buffer.alloc(0))));
    expect(said.slice(2)).toEqual(['https://example.com/c', 'WIFI:T:nopass;S:Guests;;', 'd']);
    // What the first two say leads a visitor there.
    const places = await Promise.all(said.slice(0, 2).map((url) => fetch(url ?? '', { redirect: 'manual' })));
    expect(places.map((place) => place.headers.get('location'))).toEqual([
      'https://example.com/a',
      'https://example.com/b',
    ]);
  });

  test('makes no links for a key that may make none', async () => {
    const key = await product.keyWith(['qr:read', 'qr:write']);
    const items = [{ link: { original_url: 'https://example.com/e', custom_alias: 'batch-e' } }, { text: 'e' }];
    const looked = await ask({ items, dry_run: true }, { key });
    expect(looked.json<DryRun>()).toMatchObject({ total: 2, valid: 1, errors: [{ row: 1, column: 'link' }] });
    const batch = await ended((await ask({ items }, { key })).json<BatchAnswer>());
    expect(batch).toMatchObject({ status: 'succeeded_with_errors', done: 1, failed: 1 });
    expect(rowsOf(await download(batch.errors_url))).toEqual([
      { row: '1', column: 'link', reason: 'To make a link takes the scope urls:write.' },
    ]);
    expect((await product.api('/v1/urls/batch-e')).status).toBe(404);
  });

  test('makes links again for a key that may make some, whoever ordered it', async () => {
    const key = await product.keyWith(['qr:read', 'qr:write']);
    const made = async (id: string, by: string): Promise<BatchAnswer> => {
      expect((await verb(id, 'retry', by)).status).toBe(202);
      return ended({ batch_id: id });
    };
    const link = (custom_alias: string) => ({ link: { original_url: 'https://example.com/f', custom_alias } });
    const items = [link('batch-f'), { text: 'f' }];
    const { batch_id: restricted } = await ended((await ask({ items }, { key })).json<BatchAnswer>());
    expect(await made(restricted, product.key)).toMatchObject({ status: 'succeeded', done: 2 });
    expect((await product.api('/v1/urls/batch-f')).status).toBe(200);
    const { batch_id: id, errors_url: first } = await ended(await order({ items }));
    expect(rowsOf(await download(first))).toMatchObject([{ column: 'link.custom_alias' }]);
    expect(rowsOf(await download((await made(id, key)).errors_url))).toMatchObject([
      { column: 'link', reason: expect.stringContaining('urls:write') },
    ]);
  });

  test('tells of each row that failed, and makes the others', async () => {
    const batch = await ended(
      await order({ items: [{ text: 'good' }, { text: '' }, { short_code: 'nobody-has' }, 7] }),
    );
    expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 4, done: 1, failed: 3, can_retry: true });
    const errors = rowsOf(await download(batch.errors_url));
    expect(errors.map(({ row }) => row)).toEqual(['2', '3', '4']);
    for (const { reason } of errors) expect(reason).toMatch(/\S/);
    expect(rowsOf(filesOfZip(await download(batch.download_url)).get('manifest.csv'))).toHaveLength(1);
  });

  test('makes what failed once more, and only that', async () => {
    const first = await ended(await order({ items: [{ text: 'kept' }, { short_code: 'comes-later' }] }));
    expect([first.status, first.done, first.failed]).toEqual(['succeeded_with_errors', 1, 1]);
    await product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias: 'comes-later' } });
    const again = await product.api(`/v1/qr/batches/${first.batch_id}/retry`, { method: 'POST' });
    expect([again.status, again.json<BatchAnswer>().run]).toEqual([202, 2]);
    const second = await ended(first);
    expect(second).toMatchObject({ status: 'succeeded', total: 2, done: 2, failed: 0, can_retry: false });
    expect(rowsOf(filesOfZip(await download(second.download_url)).get('manifest.csv')).map(({ row }) => row)).toEqual([
      '1',
      '2',
    ]);
    const third = await product.api(`/v1/qr/batches/${first.batch_id}/retry`, { method: 'POST' });
    expect(refusal(third)).toEqual([409, 'BATCH_NOT_RETRYABLE']);
  });

  test('leaves nothing where it is to be rolled back', async () => {
    const link = { original_url: 'https://example.com/', custom_alias: 'rolled-back' };
    const batch = await ended(await order({ items: [{ link }, { short_code: 'nobody-has' }], on_failure: 'rollback' }));
    expect(batch).toMatchObject({ status: 'failed', reason: { code: 'rolled_back' }, download_url: null });
    expect(rowsOf(await download(batch.errors_url)).map(({ row }) => row)).toEqual(['2']);
    await eventually(
      async () => (await product.api('/v1/urls/rolled-back')).status,
      (status) => status === 404,
      MADE_WITHIN_MS,
    );
  });

  test('is ordered once under one key', async () => {
    const headers = { 'idempotency-key': 'the-batch' };
    const body = { items: texts(2) };
    const [first, again] = [await ask(body, { headers }), await ask(body, { headers })];
    expect([first.status, again.text]).toEqual([202, first.text]);
    expect(first.headers.get('location')).toBe(`/v1/qr/batches/${first.json<BatchAnswer>().batch_id}`);
    expect(refusal(await ask({ items: texts(3) }, { headers }))).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    await ended(first.json<BatchAnswer>());
  });

  test('is cancelled, and stays so', async () => {
    const { batch_id: id } = await order({ items: texts(1_000, 'cancelled') });
    const cancelled = await product.api(`/v1/qr/batches/${id}/cancel`, { method: 'POST' });
    expect([cancelled.status, cancelled.json<BatchAnswer>().status]).toEqual([200, 'cancelled']);
    const again = await product.api(`/v1/qr/batches/${id}/cancel`, { method: 'POST' });
    expect(again.json()).toMatchObject({ status: 'cancelled', download_url: null });
    expect((await read(id)).status).toBe('cancelled');
  });

  test('of another workspace is not there', async () => {
    const { batch_id: id } = await order({ items: texts(1) });
    const key = product.freeKey;
    for (const [path, method] of [
      ['', 'GET'],
      ['/cancel', 'POST'],
      ['/retry', 'POST'],
      ['/events', 'GET'],
    ] as const) {
      expect(refusal(await product.api(`/v1/qr/batches/${id}${path}`, { key, method }))).toEqual([
        404,
        'BATCH_NOT_FOUND',
      ]);
    }
    expect((await product.api('/v1/qr/batches', { key })).json()).toEqual({ data: [], next_cursor: null });
    const uploadId = await upload('csv', 'text\na\n');
    expect(refusal(await ask({ upload_id: uploadId }, { key }))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('is listed, newest first, page by page', async () => {
    type Page = { readonly data: readonly BatchAnswer[]; readonly next_cursor: string | null };
    const first = (await product.api('/v1/qr/batches?limit=2')).json<Page>();
    const second = (await product.api(`/v1/qr/batches?limit=2&cursor=${first.next_cursor}`)).json<Page>();
    const ids = [...first.data, ...second.data].map(({ batch_id }) => batch_id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(ids).size).toBe(4);
  });
});

describe('a batch of a file', () => {
  test('as CSV comes as a ZIP, with the errors as rows of the file', async () => {
    const csv = [
      'name;link.original_url;link.custom_alias;link.tags;placement',
      'Door one;https://example.com/1;csv-one;a;',
      '"=cmd|\' /C calc\'!A0";https://example.com/2;csv-two;a;table-2',
      'Broken;ftp://example.com/3;csv-three;;',
      '',
    ].join('\r\n');
    const ordered = await order({ upload_id: await upload('csv', `\uFEFF${csv}`), format: 'svg' });
    expect(ordered.total).toBeNull();
    const batch = await ended(ordered);
    expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 3, done: 2, failed: 1 });
    const files = filesOfZip(await download(batch.download_url));
    const manifest = rowsOf(files.get('manifest.csv'));
    expect(manifest.map(({ short_code: code }) => code)).toEqual(['csv-one', 'csv-two']);
    for (const { file = '' } of manifest) expect(files.get(file)?.toString()).toContain('<svg');
    for (const name of files.keys()) expect(name).toMatch(/^(codes\/)?[\w-]+\.(svg|csv)$/);
    expect(rowsOf(await download(batch.errors_url))).toMatchObject([{ row: '3', column: 'link.original_url' }]);
    expect((await product.visit('/csv-two')).headers.get('location')).toBe('https://example.com/2');
  });

  test('as JSON lines', async () => {
    const lines = [...texts(60, 'line').map((item) => JSON.stringify(item)), '{"text":', 'null'].join('\n');
    const batch = await ended(await order({ upload_id: await upload('jsonl', lines) }));
    expect(batch).toMatchObject({ total: 62, done: 60, failed: 2 });
  });

  test.each([
    ['csv', '', 'EntityTooSmall'],
    ['csv', 'name\n', 'no_rows'],
    ['csv', 'text,text\na,b\n', 'unreadable'],
    ['csv', '__proto__.x\na\n', 'unreadable'],
    ['csv', 'text\n"never closed', 'unreadable'],
  ] as const)('as %s that is %j tells what is wrong', async (format, text, code) => {
    if (text === '') {
      const { upload: form } = (await product.api('/v1/qr/uploads', { body: { format } })).json<{ upload: Form }>();
      expect((await sendForm(form, text)).text).toContain(code);
      return;
    }
    const batch = await ended(await order({ upload_id: await upload(format, text) }));
    expect(batch).toMatchObject({ status: 'failed', reason: { code } });
    if (code === 'unreadable') expect(rowsOf(await download(batch.errors_url))).toHaveLength(1);
  });
});

describe('a dry run', () => {
  const mixed = [
    { text: 'good' },
    { link: { original_url: 'javascript:alert(1)' } },
    { text: 'x', phone: '+49' },
    null,
  ];

  test('tells of the rows what a batch would, and makes nothing', async () => {
    const newest = async () =>
      (await product.api('/v1/qr/batches?limit=1')).json<{ data: BatchAnswer[] }>().data[0]?.batch_id;
    const before = await newest();
    const answer = await ask({ items: mixed, dry_run: true });
    const { total, valid, errors, complete } = answer.json<DryRun>();
    expect([answer.status, total, valid, complete]).toEqual([200, 4, 1, true]);
    expect(errors.map(({ row, column }) => [row, column])).toEqual([
      [2, 'link.original_url'],
      [3, 'phone'],
      [4, ''],
    ]);
    expect(await newest()).toBe(before);
  });

  test('of 100,000 rows is answered in time, with the first thousand errors', async () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `"https://example.com/${at}",${at % 2 === 0 ? '' : '?'}`);
    const uploadId = await upload('csv', `link.original_url,placement\n${lines.join('\n')}\n`);
    const answer = await ask({ upload_id: uploadId, dry_run: true });
    const { total, valid, errors, complete } = answer.json<DryRun>();
    expect([answer.status, total, valid, errors.length, complete]).toEqual([200, 100_000, 50_000, 1_000, true]);
  }, 60_000);

  test('of a file that cannot be read says where', async () => {
    const answer = await ask({ upload_id: await upload('csv', 'text,text\na,b\n'), dry_run: true });
    expect(answer.json()).toMatchObject({ total: 0, complete: false, errors: [{ row: 0, column: 'text' }] });
  });
});

test.each<readonly [object, string]>([
  [{ items: [] }, 'items'],
  [{ items: texts(1_001) }, 'items'],
  [{}, 'items'],
  [{ items: texts(1), upload_id: 'upl_0' }, 'items'],
  [{ upload_id: 'upl_nothing' }, 'upload_id'],
  [{ upload_id: '../logos/ws_demo/logo_1' }, 'upload_id'],
  [{ items: texts(1), format: 'gif' }, 'format'],
  [{ items: texts(1), size: 9 }, 'size'],
  [{ items: texts(1), style: { logo_id: 'logo_nobody' } }, 'style.logo_id'],
  [{ items: texts(1), style: { foreground: '#dddddd' } }, 'style'],
  [{ items: texts(1), style: { foreground: '#dddddd' }, dry_run: true }, 'style'],
  [{ items: texts(1), margin: 0 }, 'margin'],
  [{ items: texts(1), on_failure: 'explode' }, 'on_failure'],
  [{ items: texts(1), workspace_id: 'ws_other' }, 'workspace_id'],
])('an order %# of what cannot be is refused before there is one', async (body, path) => {
  const answer = await ask(body);
  expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
  expect(answer.json()).toMatchObject({ errors: [{ path }] });
});

describe('who watches a batch', () => {
  type Progress = { readonly status: string; readonly total: number; readonly done: number; readonly failed: number };
  const auth = (): Record<string, string> => ({ authorization: `Bearer ${product.key}` });

  test('sees it move at least each second, is cut off, comes back and misses nothing', async () => {
    const { batch_id: id, events_url: url } = await order({ items: texts(300, 'watched') });
    const seen: { atMs: number; event: string; id: string; data: Progress }[] = [];
    let reader = await readEvents(url, auth());
    expect([reader.status, reader.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    for (;;) {
      const { event, id: eventId, data } = await reader.next(MADE_WITHIN_MS);
      seen.push({ atMs: Date.now(), event, id: eventId, data: JSON.parse(data) as Progress });
      if (event === 'done') break;
      if (seen.length !== 3) continue;
      const lastId = reader.lastEventId();
      reader.close();
      reader = await readEvents(`${product.app}/qr/batch-progress?batch_id=${id}`, {
        ...auth(),
        'last-event-id': lastId,
      });
    }
    await reader.ended;
    const counted = seen.map(({ data }) => data.done + data.failed);
    expect(counted).toEqual(counted.toSorted((one, other) => one - other));
    expect(seen.at(-1)).toMatchObject({
      event: 'done',
      data: { status: 'succeeded', total: 300, done: 300, failed: 0 },
    });
    const gaps = seen.slice(1).map(({ atMs }, at) => atMs - (seen[at]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(2_000);
    const positions = seen.map(({ id: eventId }) =>
      eventId
        .split('-')
        .map((part) => part.padStart(6, '0'))
        .join('-'),
    );
    expect(positions).toEqual(positions.toSorted());
  }, 90_000);

  test('is told at once of one that has ended, and asked not to hurry back', async () => {
    const { data } = (await product.api('/v1/qr/batches?limit=1')).json<{ data: readonly BatchAnswer[] }>();
    const reader = await readEvents(data[0]?.events_url ?? '', auth());
    expect((await reader.next()).event).toBe('done');
    await reader.ended;
    expect(reader.retryMs()).toBeGreaterThan(60_000);
  });

  test.each([
    ['/v1/qr/batches/bat_nobody/events', {}, [404, 'BATCH_NOT_FOUND']],
    ['/qr/batch-progress', {}, [400, 'VALIDATION_FAILED']],
    ['/qr/batch-progress?batch_id=bat_nobody', {}, [404, 'BATCH_NOT_FOUND']],
    ['/v1/qr/batches/bat_nobody/events', { 'last-event-id': 'x' }, [400, 'VALIDATION_FAILED']],
  ] as const)('%s %j is refused as a document', async (path, headers, wanted) => {
    expect(refusal(await product.api(path, { headers }))).toEqual(wanted);
  });
});
