import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { Redis } from 'iovalkey';
import type { FunctionName } from '../../adapters/env.ts';
import type { TableName } from '../../adapters/table.ts';
import { DEFAULT_DOMAIN, erasureJobKey, rowErasuresPartition, TABLES } from '../../adapters/table.ts';
import { LAST_WRITES_MS } from '../../core/accounts/erasure.ts';
import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { hotLinkKey } from '../../core/links/hot-links.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { keysEvent } from '../fixtures/stream-events.ts';
import { asText } from '../fixtures/two-people.ts';
import type { Form } from '../fixtures/uploads.ts';
import { sendForm } from '../fixtures/uploads.ts';
import type { Person } from './people.ts';
import { joinWorkspace, mailsTo, newEmail, open, signIn, signUp, tokenMailedTo } from './people.ts';
import { refusal } from './problem.ts';
import type { Product } from './product.ts';
import { eventually, startProduct } from './product.ts';

/** The end of an account on the running product, with the erasing function killed while it works. */
const credentials = { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' };
const TARGET = 'https://example.com/ada-private';
/** As many as the free plan lets a workspace make at once, with those made one by one. */
const BULK = 6;
/** Until nothing that began before can write, and then some. */
const ERASED_WITHIN_MS = 120_000;

let product: Product;
let tables: DynamoDBDocumentClient;
let stream: KinesisClient;
let cache: Redis;
let ada: Person;
let bob: Person;
let key: string;
let codes: readonly string[];
let image: string;
let deletedAtMs: number;
/** A report waits for its query until its workspace is erased. */
let releaseQueries: () => void;
/** What the caches held of a link when it was alive. */
let cachedEntry: string;

beforeAll(async () => {
  product = await startProduct();
  const { dynamoDb, kinesis, valkey } = product.laptop.engines;
  tables = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamoDb.url, region: REGION, credentials }));
  stream = new KinesisClient({ endpoint: kinesis.url, region: REGION, credentials });
  cache = new Redis(valkey.url);
});
afterAll(async () => {
  cache?.disconnect();
  stream?.destroy();
  tables?.destroy();
  await product.close();
});

const create = (body: object, headers = {}) =>
  product.api('/v1/urls', { body: { original_url: TARGET, ...body }, key, headers });

const scan = async (table: TableName): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const items: Record<string, unknown>[] = [];
  const input = { TableName: product.tableName(table), ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: tables }, input)) items.push(...Items);
  return items;
};

/** Files as uploads and batches leave them, one below each prefix. */
async function putUploads(workspaceId: string): Promise<void> {
  const s3 = new S3Client({ endpoint: product.laptop.engines.s3.url, region: REGION, credentials });
  const bucket = product.laptop.plan.buckets.find(({ name }) => name.toLowerCase().includes('uploads'));
  for (const folder of ['logos', 'logos-clean', 'uploads', 'batches']) {
    const Key = `${folder}/${workspaceId}/ada`;
    await s3.send(new PutObjectCommand({ Bucket: bucket?.name, Key, Body: 'ada' }));
  }
  s3.destroy();
}

const functionNamed = (name: FunctionName): string => {
  const start = name.replace(/(^|-)./g, (text) => text.slice(-1).toUpperCase());
  const found = product.laptop.plan.functions.find((one) => one.name.startsWith(`${start}Function`));
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found.name;
};

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());

/** Every store, log and queue as text, by name. Mails that were sent are on their way and nobody's store. */
async function everything(): Promise<ReadonlyMap<string, string>> {
  const { laptop } = product;
  const stores = new Map<string, string>();
  for (const table of Object.keys(TABLES) as TableName[]) stores.set(table, asText(await scan(table)));
  const keys = await cache.keys('*');
  stores.set('cache', asText([keys, keys.length === 0 ? [] : await cache.mget(...keys)]));
  for (const { name } of laptop.plan.streams) {
    const lines = laptop.engines.kinesis
      .shardIds(name)
      .flatMap((shard) => laptop.engines.kinesis.read(name, shard, null, 10_000))
      .map(({ data, partitionKey }) => `${partitionKey} ${data.toString()}`);
    stores.set(name, lines.join('\n'));
  }
  for (const path of filesUnder(laptop.dataPath)) {
    if (!path.startsWith(laptop.outboxPath)) stores.set(path, readFileSync(path, 'latin1'));
  }
  return stores;
}

/** The stores in which any of the names is found. */
const storesWith = async (...names: readonly string[]): Promise<readonly string[]> =>
  [...(await everything())].flatMap(([store, text]) => (names.some((name) => text.includes(name)) ? [store] : []));

const isErasing = async (): Promise<boolean> =>
  (await scan('outbox')).some(({ pk }) => String(pk).startsWith(erasureJobKey('').pk));

describe('an account that is deleted', () => {
  test('was used for everything there is', async () => {
    [ada, bob] = [await signUp(product, 'Ada'), await signUp(product, 'Bob')];
    await joinWorkspace(product, ada, ada.workspaceId, bob, 'viewer');
    await joinWorkspace(product, bob, bob.workspaceId, ada, 'admin');
    const inBobs = { 'x-signpost-workspace': bob.workspaceId };
    const made = await ada.api('/v1/api-keys', { body: { name: 'CI', scopes: ['urls:read', 'urls:write'] } });
    key = made.json<{ key: string }>().key;
    const invite = { email: newEmail('guest'), role: 'viewer' };
    for (const [workspace, headers] of [
      [ada.workspaceId, {}],
      [bob.workspaceId, { ...inBobs, 'idempotency-key': 'invite-guest' }],
    ] as const)
      expect((await ada.api(`/v1/workspaces/${workspace}/invites`, { body: invite, headers })).status).toBe(201);
    // Somebody else invites Ada, and she does not answer.
    const carol = await signUp(product, 'Carol');
    const inviteAda = { body: { email: ada.email, role: 'viewer' }, headers: { 'idempotency-key': 'invite-ada' } };
    expect((await carol.api(`/v1/workspaces/${carol.workspaceId}/invites`, inviteAda)).status).toBe(201);

    const single = await create({ custom_alias: 'ada-link', external_id: 'x', tags: ['t'], title: ada.email });
    expect(single.status).toBe(201);
    expect((await create({}, { 'idempotency-key': 'ada-once' })).status).toBe(201);
    expect((await create({ max_clicks: 5, original_url: `${TARGET}/five`, if_exists: 'return' })).status).toBe(201);
    const changed = { method: 'PATCH', key, body: { original_url: `${TARGET}/changed` } };
    expect((await product.api('/v1/urls/ada-link', changed)).status).toBe(200);
    const urls = Array.from({ length: BULK }, () => ({ original_url: TARGET }));
    expect((await product.api('/v1/urls/bulk', { body: { urls }, key })).status).toBe(201);
    expect((await ada.api('/v1/users/me/preferences', { method: 'PUT', body: { theme: 'dark' } })).status).toBe(200);
    const event = { event_id: 'ada-told', type: 'lead', short_code: 'ada-link' };
    expect((await product.api('/v1/analytics/track', { body: event, key })).status).toBe(201);
    const order = async () =>
      (await ada.api('/v1/reports', { body: { kind: 'links' } })).json<{ report_id: string }>().report_id;
    const statusOf = async (id: string) => (await ada.api(`/v1/reports/${id}`)).json<{ status: string }>().status;
    const reported = await order();
    await eventually(
      () => statusOf(reported),
      (status) => status === 'succeeded',
      20_000,
    );
    const coded = await ada.api('/v1/qr', { body: { content: { short_code: 'ada-link' } } });
    expect(coded.status).toBe(201);
    await putUploads(ada.workspaceId);
    image = new URL(coded.json<{ image_url: string }>().image_url).pathname;
    expect((await product.visit(image)).status).toBe(200);
    releaseQueries = product.laptop.engines.athena.hold();
    await order();
    // A batch that is still being made when all is over: from its first codes on S3 takes some of them a second.
    const { upload_id: uploadId, upload } = (await ada.api('/v1/qr/uploads', { body: { format: 'csv' } })).json<{
      upload_id: string;
      upload: Form;
    }>();
    const rows = Array.from({ length: 20_000 }, (_, at) => `Ada ${at}\n`);
    await sendForm(upload, ['text\n', ...rows].join(''));
    const ordered = await ada.api('/v1/qr/batches', { body: { upload_id: uploadId, format: 'svg' } });
    expect(ordered.status).toBe(202);
    await eventually(
      async () =>
        (await ada.api(`/v1/qr/batches/${ordered.json<{ batch_id: string }>().batch_id}`)).json<{ done: number }>(),
      ({ done }) => done > 0,
      20_000,
    );
    let nextFileAtMs = 0;
    product.laptop.engines.s3.faultFor = ({ accessKeyId, action }) => {
      if (!accessKeyId.startsWith('BatchRows') || action !== 's3:PutObject') return null;
      if (Date.now() < nextFileAtMs) return { kind: 'refuse', status: 503, errorType: 'SlowDown' };
      nextFileAtMs = Date.now() + 1_000;
      return null;
    };
    await open(product, '/v1/auth/password/forgot', { email: ada.email });
    await open(product, '/v1/auth/register', { email: ada.email, password: 'another password', name: 'Ada' });
    await signIn(product, ada.email, 'wrong password');

    const links = (await scan('links')).filter(({ workspace_id }) => workspace_id === ada.workspaceId);
    codes = links.map(({ code }) => String(code));
    expect(codes).toContain('ada-link');
    for (const code of codes.slice(0, 10)) expect((await product.visit(`/${code}`)).status).toBe(302);
    await product.laptop.pumps.idle();
    cachedEntry = (await cache.get(hotLinkKey(DEFAULT_DOMAIN, 'ada-link'))) ?? '';
    expect(cachedEntry).toContain('ada-private');
    expect(await storesWith(ada.id)).toContain(`accounts`);
    expect(await storesWith(ada.workspaceId)).toEqual(expect.arrayContaining(['events', 'jobs', 'qrCodes']));
    expect(filesUnder(product.laptop.dataPath).some((path) => path.includes(`/reports/${ada.workspaceId}`))).toBe(true);
  });

  test('opens nothing any more, at once: links answer 410 within five seconds', async () => {
    expect((await ada.api('/v1/users/me', { method: 'DELETE' })).status).toBe(202);
    deletedAtMs = Date.now();
    expect(refusal(await signIn(product, ada.email, ada.password))).toEqual([401, 'INVALID_CREDENTIALS']);
    for (const call of [() => ada.api('/v1/users/me'), () => product.api('/v1/urls', { key })])
      await eventually(call, ({ status }) => status === 401, 2_000);
    for (const code of codes)
      await eventually(
        async () => (await product.visit(`/${code}`)).status,
        (status) => status === 410,
        Math.max(0, deletedAtMs + 5_000 - Date.now()),
      );
  });

  test(
    'is found in no store once its erasure is done, however often that is killed',
    async () => {
      const deadlineMs = Date.now() + ERASED_WITHIN_MS;
      let killsAtWork = 0;
      while (await isErasing()) {
        if (Date.now() > deadlineMs) throw new Error('The erasure does not come to its end');
        // Rarely while it waits for the last writes, often while it works; ever less, so that a slow machine gets on as well.
        const isWorking = Date.now() >= deletedAtMs + LAST_WRITES_MS;
        if (isWorking) killsAtWork += 1;
        const longestMs = isWorking ? 800 + 100 * killsAtWork : 4_000;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
        await product.laptop.host.kill(functionNamed('erase'));
      }
      releaseQueries();
      await product.laptop.pumps.idle();
      expect(await storesWith(ada.id, ada.email, 'ada-private')).toEqual([]);
      expect(filesUnder(product.laptop.dataPath).filter((path) => path.includes(`/${ada.workspaceId}/`))).toEqual([]);
      expect((await product.visit(image)).status).toBe(403);
      // Visits on the click stream name the workspace their link was in, for a day.
      const stores = await storesWith(ada.workspaceId);
      // Its rows leave the lake once no more of them can come, which erase-rows.test.ts shows; until then this says whose.
      expect(stores.filter((store) => store in TABLES || store === 'cache')).toEqual(['jobs']);
      const marks = (await scan('jobs')).filter(({ pk }) => pk === rowErasuresPartition());
      expect(marks).toEqual([expect.objectContaining({ sk: ada.workspaceId, cleared: false })]);
    },
    ERASED_WITHIN_MS + 10_000,
  );

  test('is not brought back by anything that comes late', async () => {
    const { laptop } = product;
    const streamName = laptop.plan.streams[0]?.name ?? '';
    const before = asText(await scan('links'));
    const former = laptop.engines.kinesis
      .shardIds(streamName)
      .flatMap((shard) => laptop.engines.kinesis.read(streamName, shard, null, 10_000));
    const late = codes.map((code) =>
      Buffer.from(
        encodeClickEvent(
          aClickEvent({ id: newClickId(Date.now()), code, workspace_id: ada.workspaceId, at_ms: Date.now() }),
        ),
      ),
    );
    const Records = [...former.map(({ data }) => data), ...late].map((Data) => ({ Data, PartitionKey: 'late' }));
    await stream.send(new PutRecordsCommand({ StreamName: streamName, Records }));
    const events = keysEvent(...[ada.id, ada.workspaceId].map((id) => erasureJobKey(id).pk), 'mail#mail_former');
    for (const name of ['erase', 'mail'] as const)
      expect(await laptop.host.invoke(functionNamed(name), events)).toEqual({ batchItemFailures: [] });
    // A visit that read the link before it was closed fills the cache late.
    await cache.set(hotLinkKey(DEFAULT_DOMAIN, 'ada-link'), cachedEntry, 'PX', 60_000, 'NX');
    expect((await create({}, { 'idempotency-key': 'ada-once' })).status).toBe(401);
    const refresh = await open(product, '/v1/auth/refresh', {}, { cookie: ada.cookie, 'x-signpost-csrf': '1' });
    expect(refusal(refresh)).toEqual([401, 'UNAUTHENTICATED']);
    for (const mail of mailsTo(product, ada.email)) {
      const [, page, token] = /account\/([a-z-]+)\?token=(\S+)/.exec(mail) ?? [];
      const path = { 'verify-email': '/v1/auth/verify-email', 'reset-password': '/v1/auth/password/reset' }[page ?? ''];
      if (path === undefined || token === undefined) continue;
      const body = {
        token: decodeURIComponent(token),
        ...(page === 'reset-password' ? { password: ada.password } : {}),
      };
      expect(refusal(await open(product, path, body))).toEqual([400, 'INVALID_TOKEN']);
    }
    await laptop.pumps.idle();

    for (const code of codes) expect((await product.visit(`/${code}`)).status).toBe(410);
    expect(asText(await scan('links'))).toBe(before);
    const counts = (await scan('counts')).filter(({ pk }) => codes.some((code) => pk === `link#default/${code}`));
    expect(counts.map(({ sk, total, erased }) => [sk, total, erased])).toEqual(codes.map(() => ['day#total', 0, true]));
    expect(await storesWith(ada.id, ada.email, 'ada-private')).toEqual([]);
  });

  test('is nobody in particular where others keep what was done', async () => {
    const there = { 'x-signpost-workspace': bob.workspaceId };
    const { data } = (await bob.api('/v1/audit-log', { headers: there })).json<{
      data: { action: string; actor: unknown }[];
    }>();
    expect(data).toContainEqual(
      expect.objectContaining({ action: 'member.invited', actor: { kind: 'erased', id: null } }),
    );
    const members = await bob.api(`/v1/workspaces/${bob.workspaceId}/members`);
    expect(members.json<{ data: unknown[] }>().data).toHaveLength(1);
    expect(refusal(await bob.api(`/v1/workspaces/${ada.workspaceId}`))).toEqual([404, 'WORKSPACE_NOT_FOUND']);
    expect(refusal(await bob.api('/v1/urls', { body: { original_url: TARGET, custom_alias: 'ada-link' } }))).toEqual([
      409,
      'ALIAS_TAKEN',
    ]);
  });

  test('leaves an address that is free again', async () => {
    const body = { email: ada.email, password: ada.password, name: 'Ada' };
    const mails = mailsTo(product, ada.email).length;
    expect((await open(product, '/v1/auth/register', body)).status).toBe(201);
    const token = await tokenMailedTo(product, ada.email, mails + 1);
    expect((await open(product, '/v1/auth/verify-email', { token })).status).toBe(200);
    expect((await signIn(product, ada.email, ada.password)).status).toBe(200);
  });
});

test('the roles of what erases and mails are as large as their work', () => {
  const { iam, plan } = product.laptop;
  const names = [functionNamed('erase'), functionNamed('mail')];
  const roles = plan.functions.filter(({ name }) => names.includes(name)).map(({ roleName }) => roleName);
  expect(roles.filter((role) => iam.granted().has(role))).toHaveLength(2);
  expect([...iam.denials()].filter((sentence) => roles.some((role) => sentence.includes(role)))).toEqual([]);
  expect([...iam.unused()].filter(([role]) => roles.includes(role))).toEqual([]);
});
