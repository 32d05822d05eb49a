import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse/sync';
import { createsKey } from '../../adapters/limits.ts';
import { jobsPartition } from '../../adapters/table.ts';
import { MAX_UPLOAD_BYTES } from '../../core/batches/upload.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';
import { signUp } from './people.ts';
import { refusal } from './problem.ts';
import { type Answer, eventually, type Product, startProduct } from './product.ts';

/** Batches at moments and with files that nobody would choose: a reason in plain words, never a 5xx, never one that is stuck. */
type Batch = {
  readonly batch_id: string;
  readonly status: string;
  readonly total: number | null;
  readonly done: number;
  readonly failed: number;
  readonly run: number;
  readonly reason: { readonly code: string } | null;
  readonly download_url: string | null;
  readonly errors_url: string | null;
};
type Row = Readonly<Record<string, string>>;

const MADE_WITHIN_MS = 60_000;

let product: Product;
let driver: ReturnType<typeof batchDriver>;
beforeAll(async () => {
  product = await startProduct();
  driver = batchDriver(product.laptop);
}, 60_000);
afterAll(async () => {
  driver.close();
  await product.close();
});

const ask = (body: object): Promise<Answer> =>
  product.api('/v1/qr/batches', { body: { format: 'svg', size: 128, ...body } });

async function order(body: object): Promise<Batch> {
  const answer = await ask(body);
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.json<Batch>();
}

const verb = (id: string, name: 'cancel' | 'retry', key = product.key): Promise<Answer> =>
  product.api(`/v1/qr/batches/${id}/${name}`, { method: 'POST', key });

const ended = ({ batch_id: id }: Batch): Promise<Batch> =>
  eventually(
    async () => (await product.api(`/v1/qr/batches/${id}`)).json<Batch>(),
    ({ status }) => status !== 'queued' && status !== 'running',
    MADE_WITHIN_MS,
  );

type Announced = { readonly upload_id: string; readonly upload: Form };
const announce = async (format: string): Promise<Announced> =>
  (await product.api('/v1/qr/uploads', { body: { format } })).json<Announced>();

async function upload(format: 'csv' | 'jsonl', file: string | Uint8Array): Promise<string> {
  const { upload_id: id, upload: form } = await announce(format);
  expect((await sendForm(form, file)).status).toBe(204);
  return id;
}

const download = async (url: string | null): Promise<Buffer> =>
  Buffer.from(await (await fetch(url ?? '')).arrayBuffer());
const rowsOf = (csv: Buffer | undefined): readonly Row[] => parse<Row>(csv ?? '', { bom: true, columns: true });
const manifestOf = async (batch: Batch): Promise<readonly Row[]> =>
  rowsOf(filesOfZip(await download(batch.download_url)).get('manifest.csv'));
const errorsOf = async (batch: Batch): Promise<readonly Row[]> => rowsOf(await download(batch.errors_url));

const link = (members: object) => ({ link: { original_url: 'https://example.com/', ...members } });
const texts = (count: number) => Array.from({ length: count }, (_, at) => ({ text: `text ${at}` }));

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
    expect(await ended(answer.json<Batch>())).toMatchObject({ total: 1, failed: 1 });
  }
});

const itemsIn = async (table: string): Promise<readonly Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan(
    { client: driver.documents },
    { TableName: table, ConsistentRead: true },
  ))
    items.push(...Items);
  return items;
};
async function quotaUsed(): Promise<number> {
  const { pk, sk } = createsKey('ws_demo');
  const item = (await itemsIn(driver.tables.accounts)).find((each) => each['pk'] === pk && each['sk'] === sk);
  return Number(item?.['links_used'] ?? 0);
}
const linksOf = async (id: string): Promise<readonly string[]> =>
  (await itemsIn(driver.tables.links))
    .filter(({ creation_id: made }) => String(made).startsWith(`${id}/`))
    .map(({ pk, sk }) => `${String(pk)} ${String(sk)}`);
/** Nobody is at the batch any more, and it has left nothing. */
async function leavesNothing(id: string): Promise<void> {
  const batch = await driver.ended(id, MADE_WITHIN_MS);
  expect([batch.cleanup, batch.quota]).toEqual(['done', null]);
  await eventually(
    async () => (await driver.filesOf(batch)).filter((file) => !file.endsWith('errors.csv')),
    (files) => files.length === 0,
    10_000,
  );
  expect(await linksOf(id)).toEqual([]);
  expect(await driver.work.chunks(batch)).toEqual([]);
  expect(await driver.batches.openIds('ws_demo')).not.toContain(id);
}
const many = (count: number) => Array.from({ length: count }, (_, at) => link({ title: `${at}` }));

describe('rows that want the same alias', () => {
  test('get it once, whichever chunk they are of; what somebody has they do not get', async () => {
    await product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias: 'awkward-taken' } });
    const alias = (custom_alias: string) => link({ custom_alias });
    const items = [
      alias('awkward-one'),
      alias('awkward-one'),
      alias('awkward-taken'),
      ...texts(60),
      alias('awkward-one'),
      alias('AWKWARD-ONE'),
    ];
    const batch = await ended(await order({ items }));
    const errors = await errorsOf(batch);
    for (const { column, reason } of errors)
      expect([column, reason]).toEqual(['link.custom_alias', expect.stringMatching(/\w/)]);
    const made = (await manifestOf(batch)).map(({ short_code: code }) => code).filter((code) => code !== '');
    expect(made.filter((code) => code === 'awkward-one')).toHaveLength(1);
    expect(errors.length + made.length).toBe(5);
    expect(await linksOf(batch.batch_id)).toHaveLength(made.length);
  });
});

describe('at the same moment', () => {
  test('two cancels are one, and two retries one retry', async () => {
    const { batch_id: id } = await order({ items: texts(1_000) });
    expect(refusal(await verb(id, 'retry'))).toEqual([409, 'BATCH_NOT_RETRYABLE']);
    const cancels = await Promise.all([verb(id, 'cancel'), verb(id, 'cancel'), verb(id, 'cancel')]);
    expect(cancels.map((answer) => [answer.status, answer.json<Batch>().status])).toEqual([
      [200, 'cancelled'],
      [200, 'cancelled'],
      [200, 'cancelled'],
    ]);
    await driver.ended(id);
    const retries = await Promise.all([verb(id, 'retry'), verb(id, 'retry'), verb(id, 'retry')]);
    expect(retries.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([202, 409, 409]);
    for (const name of ['cancel', 'retry'] as const)
      expect(refusal(await verb(id, name, product.freeKey))).toEqual([404, 'BATCH_NOT_FOUND']);
    const batch = await driver.ended(id);
    expect(batch).toMatchObject({
      run: 2,
      state: { status: 'succeeded' },
      progress: { total: 1_000, done: 1_000, failed: 0 },
    });
  });
});

describe('what is to be rolled back leaves nothing', () => {
  test.each(['queued', 'planning', 'making', 'finishing'])('cancelled while it is %s', async (phase) => {
    const used = await quotaUsed();
    const lines = many(phase === 'planning' ? 20_000 : 600).map((item) => JSON.stringify(item));
    const uploadId = await upload('jsonl', lines.join('\n'));
    const { batch_id: id } = await order({ upload_id: uploadId, on_failure: 'rollback', format: 'png' });
    await eventually(
      () => driver.find(id),
      ({ state }) => (state.status === 'running' ? state.phase : state.status) === phase,
      MADE_WITHIN_MS,
    );
    expect((await verb(id, 'cancel')).json<Batch>().status).toBe('cancelled');
    await leavesNothing(id);
    expect(await quotaUsed()).toBe(used);
  });

  test('where the function that rolls back is killed, and refused', async () => {
    const used = await quotaUsed();
    const taken = link({ custom_alias: 'awkward-taken' });
    const { id } = await driver.order({ items: [...many(400), taken] }, { plan: 'pro', onFailure: 'rollback' });
    let calls = 0;
    product.laptop.engines.dynamoDb.faultFor = ({ accessKeyId }) =>
      accessKeyId.startsWith('BatchRollback') && (calls += 1) % 50 > 40
        ? { kind: 'refuse', status: 500, errorType: 'InternalServerError' }
        : null;
    await eventually(
      async () => calls,
      (made) => made > 100,
      MADE_WITHIN_MS,
    );
    await product.laptop.host.kill(functionNamed('BatchRollback'));
    await leavesNothing(id);
    product.laptop.engines.dynamoDb.faultFor = null;
    expect(await quotaUsed()).toBe(used);
  });

  test('also of a link that its owner changed meanwhile; what they deleted stays deleted', async () => {
    const aliases = ['awkward-changed', 'awkward-deleted', 'awkward-visited'].map((custom_alias) =>
      link({ custom_alias }),
    );
    const { id } = await driver.order({ items: [...aliases, ...many(900)] }, { plan: 'pro', onFailure: 'rollback' });
    await eventually(
      async () => (await driver.work.chunks(await driver.find(id))).find(({ chunk }) => chunk === 0)?.state,
      (state) => state === 'done',
      MADE_WITHIN_MS,
    );
    const changed = { method: 'PATCH', body: { original_url: 'https://example.com/mine' } };
    expect((await product.api('/v1/urls/awkward-changed', changed)).status).toBe(200);
    expect((await product.api('/v1/urls/awkward-deleted', { method: 'DELETE' })).status).toBe(204);
    expect((await product.visit('/awkward-visited')).status).toBe(302);
    expect((await product.visit('/awkward-changed')).status).toBe(302);
    await driver.cancel(id);
    await driver.ended(id);
    const left = (await itemsIn(driver.tables.links)).filter(({ pk }) => /awkward-(changed|visited)/.test(String(pk)));
    expect(left).toEqual([]);
    await eventually(
      async () =>
        (await Promise.all(['changed', 'visited'].map((name) => product.visit(`/awkward-${name}`)))).map(
          ({ status }) => status,
        ),
      (statuses) => statuses.every((status) => status === 404),
      2_500,
    );
    const again = (custom_alias: string) =>
      product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias } });
    expect((await again('awkward-changed')).status).toBe(201);
    expect(refusal(await again('awkward-deleted'))).toEqual([409, 'ALIAS_TAKEN']);
  });
});

test('rows of a chunk that cannot be made have failed, and are counted so', async () => {
  product.laptop.engines.s3.faultFor = ({ action, resourceArns }) =>
    action === 's3:PutObject' && resourceArns.some((arn) => arn.includes('parts/00001'))
      ? { kind: 'refuse', status: 500, errorType: 'InternalError' }
      : null;
  const batch = await ended(await order({ items: texts(120) }));
  product.laptop.engines.s3.faultFor = null;
  expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 120, done: 70, failed: 50 });
  expect(await errorsOf(batch)).toHaveLength(50);
  expect(await manifestOf(batch)).toHaveLength(70);
  await verb(batch.batch_id, 'retry');
  expect(await ended(batch)).toMatchObject({ status: 'succeeded', total: 120, done: 120, failed: 0 });
}, 120_000);

test('a workspace that is erased while its batch is made leaves nothing of it', async () => {
  const eve = await signUp(product, 'Eve');
  const rows = Array.from({ length: 20_000 }, (_, at) => `text ${at}`).join('\n');
  const { upload_id: uploadId, upload: form } = (
    await eve.api('/v1/qr/uploads', { body: { format: 'csv' } })
  ).json<Announced>();
  await sendForm(form, `text\n${rows}\n`);
  const ordered = await eve.api('/v1/qr/batches', { body: { upload_id: uploadId, format: 'svg' } });
  expect(ordered.status).toBe(202);
  const { batch_id: id } = ordered.json<Batch>();
  const eves = batchDriver(product.laptop, eve.workspaceId);
  await eventually(
    () => eves.find(id),
    ({ progress }) => progress.done > 0,
    MADE_WITHIN_MS,
  );
  expect((await eve.api('/v1/users/me', { method: 'DELETE' })).status).toBe(202);
  const partition = jobsPartition(eve.workspaceId);
  await eventually(
    async () => (await itemsIn(driver.tables.jobs)).filter(({ pk }) => pk === partition).length,
    (items) => items === 0,
    MADE_WITHIN_MS,
  );
  await eventually(
    () => eves.filesOf({ workspaceId: eve.workspaceId, id }),
    (files) => files.length === 0,
    120_000,
  );
  eves.close();
}, 240_000);

const functionNamed = (name: string): string => {
  const found = product.laptop.plan.functions.find((one) => one.name.includes(name));
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found.name;
};
