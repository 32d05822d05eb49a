import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { auditItem } from '../../adapters/audit-items.ts';
import { countStore, erasedLinkTotalItem, erasedWorkspaceTotalItem } from '../../adapters/count-store.ts';
import type { DocumentClient } from '../../adapters/dynamodb.ts';
import { erasureJobs } from '../../adapters/erasure-jobs.ts';
import { idempotencyStore } from '../../adapters/idempotency-store.ts';
import { toLinkItem } from '../../adapters/link-item.ts';
import { linkStore } from '../../adapters/link-store.ts';
import { jobItem } from '../../adapters/outbox-items.ts';
import { linkOfPartitionKey } from '../../adapters/table.ts';
import { userErasure } from '../../adapters/user-erasure.ts';
import { userItem } from '../../adapters/user-items.ts';
import { visitorSketches } from '../../adapters/visitor-sketches.ts';
import { workspaceErasure } from '../../adapters/workspace-erasure.ts';
import { emailSha256 } from '../../core/accounts/email.ts';
import { LAST_WRITES_MS } from '../../core/accounts/erasure.ts';
import type { Job } from '../../core/accounts/outbox.ts';
import { DEFAULT_PREFERENCES } from '../../core/accounts/user.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import type { CountDeps } from '../../core/clicks/count-clicks.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';
import type { Click } from '../../core/clicks/row.ts';
import { erasedLink } from '../../core/links/link.ts';
import type { EraseDeps } from '../../lambdas/erase/handler.ts';
import { eraseHandler } from '../../lambdas/erase/handler.ts';
import { aUser } from '../fixtures/accounts.ts';
import { ADA, ADAS_NAMES, BOB, isAdas, isOfAdasCounts, without, writeAdaAndBob } from '../fixtures/ada-and-bob.ts';
import { anEntry } from '../fixtures/audit-entries.ts';
import { aClick } from '../fixtures/clicks.ts';
import { aLink, NOW_MS } from '../fixtures/links.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { keysEvent } from '../fixtures/stream-events.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { asText, clear, jobsOf, keepAnswer, readAll } from '../fixtures/two-people.ts';

const TABLES = { accounts: 'accounts', outbox: 'outbox', links: 'links', counts: 'counts', events: 'events' };
/** What was ordered is erased in test/adapters/job-erasure.test.ts. */
const NO_JOBS = { async *eraseJobs() {}, async *eraseCodes() {}, async *orderRowErasure() {} };
const IN_TIME = { getRemainingTimeInMillis: () => 900_000 };
const ADAS_LINKS = 8;
/** More than a page of links, closing and erasing. */
const MANY_LINKS = 210;

let tables: TestTables;
let nowMs = NOW_MS;
let logged: jest.SpyInstance;

beforeAll(async () => {
  tables = await startTables();
});
beforeEach(async () => {
  nowMs = NOW_MS;
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await clear(tables.client);
});
afterEach(() => logged.mockRestore());
afterAll(() => tables.close());

/** The function, on a client that may be another than the test's. A pause lets its time pass at once. */
const deps = (client: DocumentClient = tables.client): EraseDeps => ({
  jobs: erasureJobs(client, TABLES.outbox),
  workspaces: workspaceErasure(client, TABLES, NO_JOBS),
  users: userErasure(client, TABLES),
  nowMs: () => nowMs,
  pause: async () => {
    nowMs += 1_000;
  },
});

const keysOf = (jobs: readonly Job[]): readonly string[] => jobs.map((job) => jobItem(job, 0).pk);

const isUnderWay = async (jobs: readonly Job[]): Promise<boolean> => {
  const found = await Promise.all(keysOf(jobs).map((key) => deps().jobs.find(key)));
  return found.some((job) => job !== null);
};

/** As the event source does: again, until no job is left. */
async function eraseAll(jobs: readonly Job[], handler = eraseHandler(deps())): Promise<number> {
  for (let rounds = 1; ; rounds += 1) {
    await handler(keysEvent(...keysOf(jobs)), IN_TIME).catch(() => undefined);
    if (!(await isUnderWay(jobs))) return rounds;
    if (rounds === 2_000) throw new Error('The erasure does not come to its end');
  }
}

async function begin(...jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) await tables.client.send(new PutCommand({ TableName: 'outbox', Item: jobItem(job, nowMs) }));
}

const adaAndBob = (adasLinks = ADAS_LINKS): Promise<void> => writeAdaAndBob(tables.client, adasLinks);

describe('An erased person', () => {
  it('is found nowhere, and nobody else lost anything', async () => {
    await adaAndBob();
    const before = await readAll(tables.client);
    for (const name of ADAS_NAMES) expect(asText(before)).toContain(name);
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const after = await readAll(tables.client);
    for (const name of ADAS_NAMES) expect(asText(after)).not.toContain(name);

    const wasRewritten = (text: string): boolean =>
      /"actor":\{"kind":"erased"\}|"target":null|"to":"erased"|inv_1|administrators/.test(text);
    const isTombstone = (text: string): boolean => isOfAdasCounts(text) && !text.includes('"total":6');
    expect(without(after, (text) => isTombstone(text) || wasRewritten(text))).toEqual(
      without(before, (text) => isAdas(text) || wasRewritten(text)),
    );
  });

  it('leaves of each link its code, answering 410 for ever, and of its clicks nothing', async () => {
    await adaAndBob(MANY_LINKS);
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const { links, counts } = await readAll(tables.client);
    const left = links.filter(({ pk }) => String(pk).startsWith('link#default/ada'));
    expect(left).toHaveLength(MANY_LINKS);
    for (const item of left) {
      const name = linkOfPartitionKey(String(item['pk']));
      expect(item).toEqual(toLinkItem(erasedLink({ ...name, version: Number(item['version']) - 1 })));
      // The redirect's cache must hear of both: closed, then erased.
      expect(item['version']).toBeGreaterThanOrEqual(3);
    }
    const adas = counts.filter(({ pk }) => String(pk).startsWith('link#default/ada'));
    expect(adas).toHaveLength(MANY_LINKS);
    for (const { pk, ...item } of adas)
      expect({ pk, ...item }).toEqual(erasedLinkTotalItem(linkOfPartitionKey(String(pk))));
    expect(
      await linkStore(tables.client, 'links', 'accounts').create(aLink({ code: 'ada0' }), { claimTarget: false }),
    ).toEqual({
      kind: 'code_taken',
    });
  });

  it('stays in the logs of others as somebody who was erased', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const { accounts } = await readAll(tables.client);
    const entries = accounts.filter(({ pk }) => pk === `audit#${BOB.workspaceId}`);
    expect(entries).toHaveLength(7);
    expect(entries).toContainEqual(expect.objectContaining({ action: 'link.deleted', actor: { kind: 'erased' } }));
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'member.joined', actor: { kind: 'user', id: BOB.id }, target: null }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ actor: { kind: 'key', id: 'key_bob' }, details: { to: 'erased', role: 'admin' } }),
    );
  });

  it('stands in no answer that is kept for a repeat, which still makes nothing anew', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    for (const workspaceId of [BOB.workspaceId, 'ws_carol']) {
      const request = { workspaceId, key: 'invite-ada', requestHash: emailSha256('invite-ada') };
      const outcome = await idempotencyStore(tables.client, 'accounts').begin(request, 'again', NOW_MS + 1);
      expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 201 } });
      expect(outcome.kind === 'answered' && JSON.parse(outcome.answer.body)).toEqual({
        id: 'inv_1',
        email: 'erased',
        invited_by: 'erased',
        role: 'editor',
      });
    }
  });

  it('does not take members to a workspace that is gone', async () => {
    await adaAndBob();
    const preferences = { ...DEFAULT_PREFERENCES, defaultWorkspaceId: ADA.workspaceId };
    const bob = aUser({ id: BOB.id, email: BOB.email, personalWorkspaceId: BOB.workspaceId, preferences });
    await tables.client.send(new PutCommand({ TableName: 'accounts', Item: userItem(bob) }));
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const { accounts } = await readAll(tables.client);
    const found = accounts.find(({ pk, sk }) => pk === `user#${BOB.id}` && sk === 'user');
    expect(found).toEqual(userItem({ ...bob, preferences: DEFAULT_PREFERENCES, version: bob.version + 1 }));
  });

  it.each([
    ['the person before the workspace', jobsOf('ada')],
    ['the workspace before the person', jobsOf('ada').toReversed()],
  ])('is gone in any order: %s', async (_, jobs) => {
    await adaAndBob();
    nowMs += LAST_WRITES_MS;
    for (const job of jobs) {
      await begin(job);
      await eraseAll([job]);
    }
    const after = asText(await readAll(tables.client));
    for (const name of ADAS_NAMES) expect(after).not.toContain(name);
  });

  it('has an address that is free again, but not before', async () => {
    await adaAndBob();
    const [job] = jobsOf('ada');
    if (job === undefined) throw new Error('no job');
    await begin(job);
    await eraseHandler(deps())(keysEvent(...keysOf([job])), IN_TIME);
    expect(asText(await readAll(tables.client))).toContain(`email#${ADA.emailSha256}`);
    await eraseAll([job]);
    expect(asText(await readAll(tables.client))).not.toContain(`email#${ADA.emailSha256}`);
  });

  it('takes no address from the next who has it', async () => {
    await adaAndBob();
    await tables.client.send(
      new UpdateCommand({
        TableName: 'accounts',
        Key: { pk: `email#${ADA.emailSha256}`, sk: 'owner' },
        UpdateExpression: 'SET user_id = :next',
        ExpressionAttributeValues: { ':next': 'usr_next' },
      }),
    );
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const { accounts } = await readAll(tables.client);
    expect(accounts).toContainEqual({ pk: `email#${ADA.emailSha256}`, sk: 'owner', user_id: 'usr_next' });
  });
});

describe('An erasure', () => {
  it('closes all links in its first turn, and erases nothing while requests from before may still write', async () => {
    await adaAndBob(MANY_LINKS);
    const before = await readAll(tables.client);
    await begin(...jobsOf('ada'));
    const handler = eraseHandler(deps());
    expect(await handler(keysEvent(...keysOf(jobsOf('ada'))), IN_TIME)).toEqual({ batchItemFailures: [] });
    const { links, accounts, counts } = await readAll(tables.client);
    const adas = links.filter(({ workspace_id }) => workspace_id === ADA.workspaceId);
    expect(adas).toHaveLength(MANY_LINKS);
    expect(new Set(adas.map(({ status }) => status))).toEqual(new Set(['deleted']));
    expect([accounts, counts].map(({ length }) => length)).toEqual([before.accounts.length, before.counts.length]);
    expect(await isUnderWay(jobsOf('ada'))).toBe(true);
  });

  it('takes what a request from before still wrote', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    const handler = eraseHandler(deps());
    const events = keysEvent(...keysOf(jobsOf('ada')));
    // Both jobs pause in each turn, so it is two seconds of their time.
    for (let turn = 0; turn < LAST_WRITES_MS / 2_000 - 2; turn += 1) await handler(events, IN_TIME);
    const late = aLink({ code: 'ada999', workspaceId: ADA.workspaceId, targetUrl: 'https://ada.example/late' });
    await linkStore(tables.client, 'links', 'accounts').create(late, { claimTarget: true });
    await keepAnswer(tables.client, ADA.workspaceId, 'late', ADA.email);
    const lateEntry = anEntry({ workspaceId: ADA.workspaceId, actor: { kind: 'user', id: ADA.id } });
    await tables.client.send(new PutCommand({ TableName: 'accounts', Item: auditItem(lateEntry) }));
    await eraseAll(jobsOf('ada'), handler);
    const after = await readAll(tables.client);
    for (const name of ADAS_NAMES) expect(asText(after)).not.toContain(name);
    expect(after.links).toContainEqual(expect.objectContaining({ code: 'ada999', status: 'deleted' }));
  });

  it('is not undone by clicks that come late, the same again, or for links that had none', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const counting: CountDeps = {
      store: countStore(tables.lean, 'counts', () => NOW_MS),
      sketches: visitorSketches(tables.lean, 'counts'),
    };
    const sizesOf = async (clicks: readonly Click[]) => {
      const { counted, known } = await countClicks(counting, clicks);
      return { counted: counted.length, known: known.length };
    };
    const late = Array.from({ length: ADAS_LINKS }, (_, index) =>
      aClick({ id: newClickId(NOW_MS), code: `ada${index}`, workspace_id: ADA.workspaceId }),
    );
    const bobs = aClick({ id: newClickId(NOW_MS), code: 'bob0', workspace_id: BOB.workspaceId });
    expect(await sizesOf([...late, bobs])).toEqual({ counted: 1, known: 0 });
    expect(await sizesOf([...late, bobs])).toEqual({ counted: 0, known: 1 });
    const { counts } = await readAll(tables.client);
    const { pk: adasPartition } = erasedWorkspaceTotalItem(ADA.workspaceId);
    const adas = counts.filter(({ pk }) => pk === adasPartition || String(pk).startsWith('link#default/ada'));
    expect(adas.length).toBeGreaterThan(ADAS_LINKS);
    expect(adas.every(({ erased, total }) => erased === true && total === 0)).toBe(true);
  });

  it('changes nothing when its records come again', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    const after = await readAll(tables.client);
    const events = keysEvent(...keysOf(jobsOf('ada')), ...keysOf(jobsOf('ada')), 'erase#usr_nobody');
    expect(await eraseHandler(deps())(events, IN_TIME)).toEqual({ batchItemFailures: [] });
    expect(await readAll(tables.client)).toEqual(after);
    // Nor when the job itself comes again, from a backup of the outbox.
    await begin(...jobsOf('ada'));
    await eraseAll(jobsOf('ada'));
    expect(without(await readAll(tables.client), () => false)).toEqual(without(after, () => false));
  });

  it.each([1, 2, 3, 4])('comes to the same end however often it is killed (seed %i)', async (seed) => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    const random = seededRandom(seed);
    let kills = 0;
    const kill = (): void => {
      if (random() > 0.06) return;
      kills += 1;
      throw new Error('killed');
    };
    const mortal = Object.create(tables.client) as DocumentClient;
    mortal.send = async (command: Parameters<DocumentClient['send']>[0]) => {
      kill();
      const answer = await tables.client.send(command);
      kill();
      return answer;
    };
    nowMs += LAST_WRITES_MS;
    await eraseAll(jobsOf('ada'), eraseHandler(deps(mortal)));
    const after = await readAll(tables.client);
    for (const name of ADAS_NAMES) expect(asText(after)).not.toContain(name);
    expect(after.counts.filter(({ erased }) => erased === true)).toHaveLength(ADAS_LINKS + 1);
    expect(kills).toBeGreaterThan(5);
  });

  it('asks for the failed jobs again, and does the others', async () => {
    await adaAndBob();
    await begin(...jobsOf('ada'));
    nowMs += LAST_WRITES_MS;
    const broken = { ...deps(), users: { ...deps().users, findEmail: () => Promise.reject(new Error(ADA.email)) } };
    expect(await eraseHandler(broken)(keysEvent(...keysOf(jobsOf('ada'))), IN_TIME)).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
    const { accounts } = await readAll(tables.client);
    expect(accounts.some(({ pk }) => pk === `ws#${ADA.workspaceId}`)).toBe(false);
    expect(JSON.stringify(logged.mock.calls)).not.toMatch(/ada|usr_|ws_/);
  });

  it('of much ends its turn and goes on in the next, so that others are not kept waiting', async () => {
    await adaAndBob(MANY_LINKS);
    await begin(...jobsOf('ada'));
    nowMs += LAST_WRITES_MS;
    // Every look at the clock is a second later.
    const slow = { ...deps(), nowMs: () => (nowMs += 1_000) };
    const rounds = await eraseAll(jobsOf('ada'), eraseHandler(slow));
    expect(rounds).toBeGreaterThan(5);
    for (const name of ADAS_NAMES) expect(asText(await readAll(tables.client))).not.toContain(name);
  });

  it('stops in time when its invocation ends', async () => {
    await adaAndBob(MANY_LINKS);
    await begin(...jobsOf('ada'));
    const outOfTime = { getRemainingTimeInMillis: () => 59_000 };
    expect(await eraseHandler(deps())(keysEvent(...keysOf(jobsOf('ada'))), outOfTime)).toEqual({
      batchItemFailures: [],
    });
    const { links, outbox } = await readAll(tables.client);
    const open = links.filter(({ workspace_id, status }) => workspace_id === ADA.workspaceId && status === 'active');
    expect(open.length).toBeGreaterThan(0);
    expect(outbox).toContainEqual(expect.objectContaining({ kind: 'erase-workspace', closed: false }));
    await eraseAll(jobsOf('ada'));
    for (const name of ADAS_NAMES) expect(asText(await readAll(tables.client))).not.toContain(name);
  });
});
