import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { toBatchItem } from '../../adapters/batch-items.ts';
import { countItemKey } from '../../adapters/count-items.ts';
import { toReportItem } from '../../adapters/report-items.ts';
import { blocklistKey, countedClicksKey } from '../../adapters/table.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { isOpen } from '../../core/batches/batch.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import { PLAIN_STYLE } from '../../core/qr/style.ts';
import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { aBatch } from '../fixtures/batches.ts';
import { readEvents } from '../fixtures/event-reader.ts';
import { aReport } from '../fixtures/reports.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import { visitLastMonth } from './last-month.ts';
import { cookiesIn, newEmail, newPassword, open, signIn, signUp, tokenMailedTo } from './people.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';
import { everyRouteCalled } from './route-calls.ts';

/**
 * IAM is enforced on the laptop as in AWS. So one drive through everything the product does shows both ways that a role
 * can be wrong: an action that was refused is a missing power, a power nothing used is a superfluous one.
 */
let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const TARGET = 'https://example.com/';

async function counted(code: string, total: number): Promise<void> {
  const totalOf = async () => (await product.api(`/v1/urls/${code}/stats`)).json<{ total: number }>().total;
  await eventually(totalOf, (seen) => seen >= total, 10_000);
}

describe('one drive through the whole product', () => {
  test('customers create, list, change, delete and repeat themselves', async () => {
    await product.put('links', { ...blocklistKey(), sk: 'phishing.example' });
    const create = (body: object, headers = {}) =>
      product.api('/v1/urls', { body: { original_url: TARGET, ...body }, headers });
    const blocked = await create({ original_url: 'https://login.phishing.example/' });
    expect(refusal(blocked)).toEqual([400, 'URL_BLOCKED']);
    expect((await create({ custom_alias: 'driven', external_id: 'crm-1' })).status).toBe(201);
    expect((await create({ custom_alias: 'driven' })).status).toBe(409);
    const single = { original_url: 'https://example.com/single', if_exists: 'return' };
    expect((await create(single)).status).toBe(201);
    expect((await create(single)).status).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      expect((await create({ tags: ['once'] }, { 'idempotency-key': 'drive' })).status).toBe(201);
    }
    expect((await create({ max_clicks: 1, custom_alias: 'single' })).status).toBe(201);
    expect((await create({ password: 'secret', custom_alias: 'locked' })).status).toBe(201);
    expect((await create({ custom_alias: 'there' })).status).toBe(201);
    // The last of 150 is taken: what the first hundred became is taken back.
    const undone = Array.from({ length: 150 }, (_, index) => ({
      original_url: TARGET,
      custom_alias: index === 149 ? 'there' : `undone-${index}`,
    }));
    expect((await product.api('/v1/urls/bulk', { body: { urls: [{ original_url: TARGET }] } })).status).toBe(201);
    expect((await product.api('/v1/urls/bulk', { body: { urls: undone } })).status).toBe(400);
    const changed = await product.api('/v1/urls/driven', { method: 'PATCH', body: { title: 'Changed' } });
    expect(changed.json<LinkAnswer>().version).toBe(2);
    expect((await product.api('/v1/urls/there', { method: 'DELETE' })).status).toBe(204);
    for (const query of ['', '?sort=-clicks', '?external_id=crm-1']) {
      expect((await product.api(`/v1/urls${query}`)).status).toBe(200);
    }
    expect((await product.api('/v1/urls', { key: null })).status).toBe(401);
    for (let time = 0; time < 11; time += 1) {
      await product.api('/v1/urls', { body: { original_url: TARGET }, key: product.freeKey });
    }
  });

  test('customers make codes, of links that are there, new or taken, and get their images', async () => {
    const make = (link: object, headers = {}) =>
      product.api('/v1/qr', { body: { content: { link: { original_url: TARGET, ...link } } }, headers });
    const single = { original_url: 'https://example.com/single', if_exists: 'return' };
    for (let time = 0; time < 2; time += 1)
      expect((await make(single, { 'idempotency-key': 'code', accept: 'image/*' })).status).toBe(201);
    expect((await make({ custom_alias: 'driven' })).status).toBe(409);
    const noLogo = { content: 'https://example.com/', style: { logo_id: 'logo_none' } };
    expect((await product.api('/v1/qr', { body: noLogo })).status).toBe(400);
    const list = (await product.api('/v1/qr')).json<{ data: readonly { qr_id: string; image_url: string }[] }>();
    expect(list.data).toHaveLength(1);
    expect((await product.api(`/v1/qr/${list.data[0]?.qr_id}/image`)).status).toBe(200);
    expect((await product.visit(new URL(list.data[0]?.image_url ?? '').pathname)).status).toBe(200);
  });

  test('visitors come by cache and past it, unlock, use up and are counted', async () => {
    for (let visit = 0; visit < 3; visit += 1) expect((await product.visit('/driven')).status).toBe(302);
    await product.laptop.host.kill(functionNamed('redirect'));
    expect((await product.visit('/driven')).status).toBe(302);
    for (const status of [302, 410, 410]) expect((await product.visit('/single')).status).toBe(status);
    await product.visit('/single', { method: 'HEAD' });
    for (const password of ['wrong', 'secret']) {
      await product.visit('/v1/urls/locked/unlock', { body: { password } });
      await product.api('/v1/urls/locked/unlock', { body: { password }, key: null });
    }
    await counted('driven', 4);
  });

  test('who watches sees clicks as they happen', async () => {
    const reader = await readEvents(`${product.app}/v1/urls/driven/clicks/live`, {
      authorization: `Bearer ${product.key}`,
    });
    expect((await reader.next()).event).toBe('ready');
    // Long enough to be asked again who watches.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await product.visit('/driven');
    expect((await reader.next()).event).toBe('click');
    reader.close();
    await counted('driven', 5);
  });

  test('who exports gets rows, and where Athena does not answer its query is stopped', async () => {
    const { deliveries, engines } = product.laptop;
    await deliveries.flush();
    const { text } = await product.api('/v1/clicks/export?interval=24h&format=jsonl&short_code=driven');
    expect(text).toContain('driven');
    engines.athena.faultFor = ({ action }) =>
      action === 'athena:GetQueryExecution'
        ? { kind: 'refuse', status: 500, errorType: 'InternalServerException' }
        : null;
    expect((await product.api('/v1/clicks/export?interval=24h')).status).toBe(503);
    engines.athena.faultFor = null;
  });

  test('who orders a report downloads it, cancels another, and gets one that nobody had begun', async () => {
    const { engines, host } = product.laptop;
    const body = { kind: 'clicks', filters: { short_code: 'driven' } };
    const order = async (headers = {}) =>
      (await product.api('/v1/reports', { body, headers })).json<{ report_id: string }>().report_id;
    const read = async (id: string) =>
      (await product.api(`/v1/reports/${id}`)).json<{ status: string; download_url: string }>();
    const reached = (id: string, wanted: string) =>
      eventually(
        () => read(id),
        ({ status }) => status === wanted,
        20_000,
      );
    const { download_url: url } = await reached(await order({ 'idempotency-key': 'once' }), 'succeeded');
    expect(await (await fetch(url)).text()).toContain('driven');
    const release = engines.athena.hold();
    const cancelled = await order();
    await reached(cancelled, 'running');
    expect((await product.api(`/v1/reports/${cancelled}/cancel`, { method: 'POST' })).status).toBe(200);
    release();
    // Whoever was writing its file meanwhile finds that nobody wants it.
    const [answer] = globSync('**/queries/*.csv', { cwd: product.laptop.dataPath });
    const [key, bucket] = [`queries/${basename(answer ?? '')}`, basename(dirname(dirname(answer ?? '')))];
    const step = { step: 'write', workspace_id: 'ws_demo', report_id: cancelled, location: `s3://${bucket}/${key}` };
    expect(await host.invoke(functionNamed('reportfile'), step)).toEqual({ done: true });
    const quiet = aReport({ id: 'rep_quiet', workspaceId: 'ws_demo', createdAtMs: Date.now() - 120_000 });
    await product.put('jobs', toReportItem(quiet));
    await reached(quiet.id, 'succeeded');
  });

  test('who uploads a logo sees it looked at and drawn', async () => {
    const body = { content_type: 'image/png' };
    const announced = await product.api('/v1/logos', { body, headers: { 'idempotency-key': 'logo' } });
    const { logo_id: id, upload } = announced.json<{ logo_id: string; upload: Form }>();
    const png = pixelsPng({ widthPx: 1, heightPx: 1, rgba: Uint8Array.of(9, 8, 7, 255) });
    expect((await sendForm(upload, png)).status).toBe(204);
    const { image_url: url } = (await product.api(`/v1/logos/${id}`)).json<{ image_url: string }>();
    expect((await fetch(url)).status).toBe(200);
  });

  test('who orders batches uploads rows, watches, cancels, tries again, and gets one that nobody had begun', async () => {
    const { upload_id: uploadId, upload } = (await product.api('/v1/qr/uploads', { body: { format: 'csv' } })).json<{
      upload_id: string;
      upload: Form;
    }>();
    await sendForm(upload, 'text,short_code,link.original_url\na,,\n,nobody-has,\n,,https://example.com/\n');
    const order = async (body: object, headers = {}) =>
      (await product.api('/v1/qr/batches', { body: { size: 128, ...body }, headers })).json<{ batch_id: string }>();
    const read = async (id: string) =>
      (await product.api(`/v1/qr/batches/${id}`)).json<{ status: string; download_url: string; events_url: string }>();
    const reached = (id: string, wanted: string) =>
      eventually(
        () => read(id),
        ({ status }) => status === wanted,
        20_000,
      );
    const logo = (await product.api('/v1/logos')).json<{ data: { logo_id: string }[] }>().data[0]?.logo_id;
    await order({ upload_id: uploadId, dry_run: true, style: { logo_id: logo } });
    expect(await order({ upload_id: 'upl_nobody' })).toMatchObject({ error: 'VALIDATION_FAILED' });
    const { batch_id: id } = await order({ upload_id: uploadId }, { 'idempotency-key': 'batch' });
    const { download_url: url, events_url: events } = await reached(id, 'succeeded_with_errors');
    expect((await fetch(url)).status).toBe(200);
    const reader = await readEvents(events, { authorization: `Bearer ${product.key}` });
    expect((await reader.next()).event).toBe('done');
    expect((await product.api(`/v1/qr/batches/${id}/retry`, { method: 'POST' })).status).toBe(202);
    await reached(id, 'succeeded_with_errors');
    const cancelled = await order({ items: Array.from({ length: 500 }, (_, at) => ({ text: `${at}` })) });
    await product.api(`/v1/qr/batches/${cancelled.batch_id}/cancel`, { method: 'POST' });
    await reached(cancelled.batch_id, 'cancelled');
    const startedAtMs = Date.now() - 120_000;
    const quiet = aBatch({ workspaceId: 'ws_demo', createdAtMs: startedAtMs });
    const died = { ...quiet, state: { status: 'running', phase: 'making', startedAtMs } } as const;
    // These two are not looked after by the clock.
    for (const batch of [
      { ...quiet, id: 'bat_quiet' },
      { ...died, id: 'bat_watched' },
    ]) {
      const { unsettled: _, ...item } = toBatchItem(batch);
      await product.put('jobs', item);
    }
    await reached('bat_quiet', 'failed');
    const watched = await readEvents(`${product.app}/v1/qr/batches/bat_watched/events`, {
      authorization: `Bearer ${product.key}`,
    });
    while ((await watched.next()).event !== 'done');
    await product.put('jobs', toBatchItem({ ...died, id: 'bat_swept' }));
  }, 60_000);

  test('batches take quota and give it back, are rolled back, and are cut short while they make and finish', async () => {
    const driver = batchDriver(product.laptop);
    const link = (at: number) => ({ link: { original_url: `https://example.com/${at}` } });
    const links = (count: number) => ({ items: Array.from({ length: count }, (_, at) => link(at)) });
    const some = { items: [link(0), { link: { original_url: TARGET, custom_alias: 'driven' } }] };
    const look = { format: 'png', size: { widthPx: 300 }, errorCorrection: 'M', style: PLAIN_STYLE } as const;
    const { id: partly } = await driver.order(some, { plan: 'pro' });
    expect(await driver.ended(partly)).toMatchObject({ state: { status: 'succeeded_with_errors' }, quota: null });
    const { id: undone } = await driver.order(some, { plan: 'pro', onFailure: 'rollback' });
    expect(await driver.ended(undone)).toMatchObject({ cleanup: 'done', progress: { done: 1 } });
    const style = { ...PLAIN_STYLE, logo: { id: 'logo_gone', share: 0.05, clear: true } };
    const { id: bare } = await driver.order(some, { look: { ...look, style } });
    expect(await driver.ended(bare)).toMatchObject({ progress: { failed: 2 } });

    let planned: string | null = null;
    let isCancelled = false;
    product.laptop.engines.s3.faultFor = ({ accessKeyId, action }) => {
      if (isCancelled || !accessKeyId.startsWith('BatchPlan') || action !== 's3:PutObject') return null;
      if (planned !== null) void driver.cancel(planned).then(() => (isCancelled = true));
      return { kind: 'refuse', status: 503, errorType: 'SlowDown' };
    };
    ({ id: planned } = await driver.order(links(10), { onFailure: 'rollback' }));
    const unplanned = await driver.ended(planned);
    await eventually(
      () => driver.filesOf(unplanned),
      (files) => isCancelled && files.length === 0,
      10_000,
    );
    product.laptop.engines.s3.faultFor = null;

    const slow = { look: { ...look, format: 'webp', size: { widthPx: 1_000 } } } as const;
    const { id: making } = await driver.order(links(50), slow);
    await eventually(
      async () => (await driver.work.chunks({ workspaceId: 'ws_demo', id: making })).length,
      (begun) => begun > 0,
      20_000,
    );
    await driver.cancel(making);
    expect(await driver.ended(making)).toMatchObject({ state: { status: 'cancelled' }, progress: { done: 0 } });
    const isFinishing = ({ state }: Batch) => state.status === 'running' && state.phase === 'finishing';
    const { id: finishing } = await driver.order(links(400));
    for (;;) {
      const batch = await driver.find(finishing);
      if (isFinishing(batch)) break;
      expect(isOpen(batch.state)).toBe(true);
    }
    await driver.cancel(finishing);
    const cancelled = await driver.ended(finishing);
    expect(cancelled).toMatchObject({ state: { status: 'cancelled' }, progress: { done: 400 } });
    await eventually(
      () => driver.filesOf(cancelled),
      (files) => !files.some((file) => file.endsWith('.zip')),
      5_000,
    );
    driver.close();
  }, 60_000);

  test('who filters by two dimensions is answered by the lake', async () => {
    const answer = await product.api('/v1/analytics/summary?country=ZZ&source=click');
    expect(answer.json()).toMatchObject({ answered_by: 'lake', totals: { scans: 0 } });
  });

  test('with Kinesis away clicks are spooled, and fed back when it answers again', async () => {
    const { kinesis } = product.laptop.engines;
    kinesis.faultFor = ({ action }) =>
      action === 'kinesis:PutRecords' ? { kind: 'refuse', status: 500, errorType: 'InternalFailure' } : null;
    expect((await product.visit('/driven')).status).toBe(302);
    kinesis.faultFor = null;
    await counted('driven', 6);
  });

  test('with the counter failing its batch is tried again', async () => {
    const { dynamoDb } = product.laptop.engines;
    let refusals = 2;
    dynamoDb.faultFor = ({ accessKeyId }) =>
      accessKeyId.startsWith('ClicksToCounts') && refusals-- > 0
        ? { kind: 'refuse', status: 500, errorType: 'InternalServerError' }
        : null;
    await product.visit('/driven');
    await counted('driven', 7);
    dynamoDb.faultFor = null;
    expect(refusals).toBeLessThan(1);
  });

  test('people sign up, sign in and change what they sign in with', async () => {
    const person = await signUp(product, 'Driver');
    const cookie = { cookie: person.cookie, 'x-signpost-csrf': '1' };
    expect((await open(product, '/v1/auth/refresh', {}, cookie)).status).toBe(200);
    expect((await signIn(product, person.email, 'not this one')).status).toBe(401);
    const email = newEmail('moved');
    await person.api('/v1/auth/email/change', { body: { email, password: person.password } });
    const moved = await open(product, '/v1/auth/email/confirm', { token: await tokenMailedTo(product, email) });
    expect(moved.status).toBe(200);
    expect((await open(product, '/v1/auth/password/forgot', { email })).status).toBe(202);
    const password = newPassword();
    const token = await tokenMailedTo(product, email, 2);
    expect((await open(product, '/v1/auth/password/reset', { token, password })).status).toBe(204);
    const again = await signIn(product, email, password);
    const headers = { cookie: cookiesIn(again), 'x-signpost-csrf': '1' };
    expect((await open(product, '/v1/auth/logout', {}, headers)).status).toBe(204);
  });

  test('people do all that their workspaces, their accounts and administrators allow', async () => {
    for await (const { route, ok, answer } of everyRouteCalled(product))
      expect([route, answer.status]).toEqual([route, ok]);
  }, 240_000);

  test('operators make people and administrators', async () => {
    const email = newEmail('operated');
    const invoke = (event: object) => product.laptop.host.invoke(functionNamed('admin'), event);
    expect(await invoke({ command: 'create-user', email, name: 'Operated' })).toMatchObject({ user: { email } });
    expect(await invoke({ command: 'make-admin', email })).toMatchObject({ user: { is_admin: true } });
    expect(await invoke({ command: 'reset-password', email })).toHaveProperty('password_reset_token');
  });

  test('what is called every so often is called', async () => {
    await visitLastMonth(product, ['ws_demo']);
    await product.laptop.runSchedules();
  });

  test('clicks of the lake are added up, and compared with the counters', async () => {
    const { host, deliveries } = product.laptop;
    await deliveries.flush();
    expect(await host.invoke(functionNamed('rollup'), {})).toMatchObject({ isDone: true });
    // A click that was counted long ago and is no row: whose it is has to be looked for.
    const [day, startS] = ['2026-11-01', Date.UTC(2026, 10, 1) / 1_000];
    const subject = { kind: 'workspace', id: 'ws_demo' } as const;
    await product.put('counts', { ...countedClicksKey({ ledger: 'workspaces', bucket: 0, startS }, 0), count: 1 });
    await product.put('counts', { ...countItemKey({ subject, period: 'day', start: day }), total: 1, 'hour:00': 1 });
    const asked = { start: `${day}T00`, end: `${day}T01`, day };
    expect(await host.invoke(functionNamed('reconcile'), asked)).toMatchObject({ difference: 1 });
  });

  test('everything says that it is well', async () => {
    expect((await product.api('/health/deep')).status).toBe(200);
    expect((await product.visit('/health/deep')).status).toBe(200);
  });
});

const functionNamed = (name: string): string => {
  const found = product.laptop.plan.functions.find((one) => one.name.toLowerCase().includes(name));
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found.name;
};

describe('the roles', () => {
  test('were refused nothing', () => {
    expect([...product.laptop.iam.denials()]).toEqual([]);
  });

  test('hold no power that the drive did not use', () => {
    // A query is stopped after minutes; test/local/engines/athena-access.test.ts has one that is too slow.
    const isUsed = (grant: string): boolean => !grant.startsWith('athena:StopQueryExecution ');
    const unused = [...product.laptop.iam.unused()].flatMap(([role, grants]) => {
      const superfluous = [...grants].filter(isUsed);
      return superfluous.length === 0 ? [] : [[role, superfluous] as const];
    });
    // Erasing begins when nothing older writes any more; its drive is erasure.test.ts.
    expect(Object.fromEntries(unused.filter(([role]) => !role.startsWith('Erase')))).toEqual({});
  });

  test('name every action exactly, and * as a resource only where AWS knows no other', () => {
    const grants = [...product.laptop.iam.granted().values()].flatMap((permissions) => [...permissions]);
    expect(grants.length).toBeGreaterThan(50);
    const [actions, onAnything] = [
      grants.map((grant) => grant.split(' ')[0] ?? ''),
      grants.filter((grant) => grant.endsWith(' *')),
    ];
    expect(actions.filter((action) => /[*?]/.test(action))).toEqual([]);
    expect(
      [...new Set(onAnything)].filter((grant) => !/^(ec2:\w+|logs:\w+|dynamodb:ListStreams) \*$/.test(grant)),
    ).toEqual([]);
  });
});
