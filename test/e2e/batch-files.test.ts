import { MAX_UPLOAD_BYTES } from '../../core/batches/upload.ts';
import type { BatchAnswer } from '../../lambdas/batches/schemas.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';
import { batchCustomer, download, errorsOf, manifestOf } from './batch-customer.ts';
import { type Product, startProduct } from './product.ts';

/** Files that nobody would choose: a reason in plain words, never a 5xx, never a batch that is stuck. */
let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());
const { order, ended, announce, upload, verb } = batchCustomer(() => product, { format: 'svg', size: 128 });

describe('a file that is sent again by its form', () => {
  test('is not of the batch that was ordered before, nor of its retry', async () => {
    const { upload_id: id, upload: form } = await announce('jsonl');
    await sendForm(form, '{"text":"first"}\n{"short_code":"sent-again"}\n');
    const ordered = await order({ upload_id: id });
    expect((await sendForm(form, '{"text":"other"}\n{"text":"others"}\n{"text":"more"}\n')).status).toBe(204);
    const batch = await ended(ordered);
    expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 2, done: 1 });
    expect(await manifestOf(batch)).toMatchObject([{ row: '1', content: 'first' }]);
    await product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias: 'sent-again' } });
    await verb(batch.batch_id, 'retry');
    const again = await ended(batch);
    expect(await manifestOf(again)).toMatchObject([
      { row: '1', content: 'first' },
      { row: '2', short_code: 'sent-again' },
    ]);
    expect(await ended(await order({ upload_id: id }))).toMatchObject({ status: 'succeeded', total: 3 });
  });
});

describe('a file', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  test.each<readonly [string, 'csv' | 'jsonl', string | Uint8Array, readonly string[], readonly (readonly string[])[]]>(
    [
      ['with quotes and breaks in them', 'csv', '"text"\r\n"a ""b"", c\r\nd"\r\n', ['a "b", c\r\nd'], []],
      [
        'of semicolons, with commas in its cells',
        'csv',
        'name;text\nDoor;Hello, world\nWall;a\tb\n',
        ['Hello, world', 'a\tb'],
        [],
      ],
      [
        'of tabs, with the others in its cells',
        'csv',
        'name\ttext\nDoor\tHello, world; again\n',
        ['Hello, world; again'],
        [],
      ],
      ['of commas, with semicolons in its cells', 'csv', '\uFEFFname,text\nDoor,Hello; world\n', ['Hello; world'], []],
      ['of a quoted header', 'csv', '"name";"text"\n"A;B";"Hello, world"\n', ['Hello, world'], []],
      ['in Latin-1', 'csv', latin1('text\nCaf\xe9\nTea\n'), ['Tea'], [['1', 'text', 'UTF-8']]],
      ['in Latin-1', 'jsonl', latin1('{"text":"Caf\xe9"}\n{"text":"Tea"}\n'), ['Tea'], [['1', '', 'UTF-8']]],
      ['with NUL', 'csv', 'name,text\na\0b,x\nc,y\0z\n', ['x'], [['2', 'text', '\\w']]],
      [
        'with NUL',
        'jsonl',
        '{"text":"y\\u0000z"}\n\0\n{"text":"x"}',
        ['x'],
        [
          ['1', 'text', '\\w'],
          ['2', '', 'JSON'],
        ],
      ],
      ['with a column that nobody knows', 'csv', 'text,colour\na,red\nb,\n', ['b'], [['1', 'colour', '\\w']]],
      ['with more cells than columns', 'csv', 'text\na,b\nc\n', ['c'], [['1', '', 'more cells']]],
      [
        'with a line of a megabyte',
        'jsonl',
        `{"text":"${'x'.repeat(1_048_576)}"}\n{"text":"y"}\n`,
        ['y'],
        [['1', '', '64 KB']],
      ],
      [
        'of things that are no rows',
        'jsonl',
        `[1,2]\n{}\n{"content":[1]}\n{"content":null}\nnull\n\n \t\n7\n${'['.repeat(60_000)}\n{"text":"ok"}`,
        ['ok'],
        ['1', '2', '3', '4', '5', '6', '7'].map((row) => [row, '', '\\w']),
      ],
    ],
  )('%s, as %s, becomes what it says, and reasons', async (_, format, file, contents, errors) => {
    const batch = await ended(await order({ upload_id: await upload(format, file) }));
    expect(batch.status).toBe(errors.length === 0 ? 'succeeded' : 'succeeded_with_errors');
    expect((await manifestOf(batch)).map(({ content }) => content)).toEqual(contents);
    const told = errors.length === 0 ? [] : await errorsOf(batch);
    expect(new Set(told.map(({ row }) => row))).toEqual(new Set(errors.map(([row]) => row)));
    for (const [row, column, words] of errors)
      expect(told.find((each) => each['row'] === row)).toMatchObject({
        ...(column === '' ? {} : { column }),
        reason: expect.stringMatching(new RegExp(words ?? '')),
      });
  });

  test.each<readonly [string, 'csv' | 'jsonl', string, string, RegExp | null]>([
    ['a header alone', 'csv', 'text\n', 'no_rows', null],
    ['empty lines', 'csv', '\n\n\n', 'no_rows', null],
    ['empty lines', 'jsonl', '\n \n\n', 'no_rows', null],
    ['a column twice', 'csv', 'text,text\na,b\n', 'unreadable', /two columns/],
    ['a cell of a megabyte', 'csv', `text\n${'x'.repeat(1_048_576)}\n`, 'unreadable', /64 KB/],
    ['a quote that is never closed', 'csv', 'text\na\n"b\n', 'unreadable', /quote/i],
    ['a quote in the middle', 'csv', 'text\na"b\n', 'unreadable', /quote/i],
    ['100,001 rows', 'csv', `text\n${'x\n'.repeat(100_001)}`, 'too_many_rows', null],
    ['100,001 rows that are none', 'jsonl', '7\n'.repeat(100_001), 'too_many_rows', null],
  ])('of %s, as %s, is no batch, and says so', async (_, format, file, code, words) => {
    const batch = await ended(await order({ upload_id: await upload(format, file) }));
    expect(batch).toMatchObject({ status: 'failed', reason: { code } });
    if (words !== null) expect(await errorsOf(batch)).toMatchObject([{ reason: expect.stringMatching(words) }]);
  });

  test('of more than 64 MB is not taken', async () => {
    const { upload: form } = await announce('csv');
    const answer = await sendForm(form, Buffer.alloc(MAX_UPLOAD_BYTES + 1, 'x'));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('EntityTooLarge')]);
  });

  test('of rows that are all wrong is a ZIP of reasons, and with rollback only those', async () => {
    const uploadId = await upload('csv', 'text,phone\na,1\nb,2\n');
    const batch = await ended(await order({ upload_id: uploadId }));
    expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 2, done: 0, failed: 2 });
    expect([...filesOfZip(await download(batch.download_url)).keys()]).toEqual(['manifest.csv', 'errors.csv']);
    const none = await ended(await order({ upload_id: uploadId, on_failure: 'rollback' }));
    expect(none).toMatchObject({ status: 'failed', reason: { code: 'rolled_back' }, download_url: null });
    expect(new Set((await errorsOf(none)).map(({ row }) => row))).toEqual(new Set(['1', '2']));
  });
});

test('items that are nested without end are rows that are none', async () => {
  for (const depth of [1_000, 100_000]) {
    const body = `{"format":"svg","items":[${'['.repeat(depth)}${']'.repeat(depth)}]}`;
    const answer = await product.api('/v1/qr/batches', { body });
    expect(answer.status).toBe(202);
    expect(await ended(answer.json<BatchAnswer>())).toMatchObject({ total: 1, failed: 1 });
  }
});
