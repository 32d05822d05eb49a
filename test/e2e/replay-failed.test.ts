import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { newClickId } from '../../core/clicks/click-id.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { hoursAround, type Reconciling, reconciling } from '../fixtures/reconciling.ts';
import { replayFailed } from '../fixtures/replay-failed.ts';
import { type RunningSignpost, startSignpost } from '../fixtures/running-signpost.ts';

const CLICKS = 2;
/** One second, one link: what is counted together. */
const AT_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const HOURS = hoursAround(AT_MS, 1);

const folder = mkdtempSync(join(tmpdir(), 'signpost-replay-'));
let signpost: RunningSignpost;
let works: Reconciling;
let code: string;
beforeAll(async () => {
  signpost = await startSignpost({ dataDir: folder });
  works = reconciling(signpost);
  code = (await signpost.createLinks(1))[0] ?? '';
}, 60_000);
afterAll(async () => {
  await signpost.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What no version of the code will ever count, in the shard of the link. */
async function putPoison(): Promise<void> {
  const client = new KinesisClient({
    endpoint: signpost.laptop.engines.kinesis.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  const StreamName = signpost.fn('redirect').env['CLICK_STREAM'];
  await client.send(new PutRecordCommand({ StreamName, PartitionKey: `default/${code}`, Data: Buffer.from('poison') }));
  client.destroy();
}

/** Lets the counter write one transaction, which counts for the links, and ends it at each that follows. */
function killCounterBehindLinks(): { stop(): void } {
  const { laptop } = signpost;
  const { name, roleName } = signpost.fn('clicks-to-counts');
  let transactions = 0;
  laptop.engines.dynamoDb.faultFor = ({ accessKeyId, action }) => {
    if (accessKeyId !== roleName || action !== 'dynamodb:TransactWriteItems') return null;
    transactions += 1;
    if (transactions === 1) return null;
    void laptop.host.kill(name);
    return { kind: 'hang' };
  };
  return {
    stop() {
      laptop.engines.dynamoDb.faultFor = null;
    },
  };
}

/** Clicks of the link, and by how many lake and counters of its workspace are apart. */
async function counted() {
  const { body } = await signpost.api('GET', `/v1/urls/${code}/stats`);
  const { total } = JSON.parse(body) as { total: number };
  const { difference } = await works.reconcile(HOURS);
  return { link: total, difference };
}

describe('Clicks that the counter gave up, half counted', () => {
  it('are filed, and missing from the counters of their workspace', async () => {
    const killing = killCounterBehindLinks();
    const workspace_id = 'ws_demo';
    await works.put(
      Array.from({ length: CLICKS }, () => aClickEvent({ id: newClickId(AT_MS), at_ms: AT_MS, code, workspace_id })),
    );
    await putPoison();
    await works.settle();
    killing.stop();
    expect(signpost.failedRecords()).toHaveLength(CLICKS + 1);
    expect(await counted()).toEqual({ link: CLICKS, difference: CLICKS });
  }, 60_000);

  it('are counted by `npm run replay-failed`, once, and what is no click stays filed', async () => {
    const { exitCode, output, errors } = await replayFailed(['--data', folder]);
    expect(output).toBe(
      'rows: 0 brought into the lake, 1 left\nbatches: 2 record(s) taken by their functions, 1 left\n',
    );
    expect([exitCode, errors]).toEqual([
      1,
      expect.stringMatching(/1 of 1 left, refused by arn:aws:lambda:\S+ClicksToCounts/),
    ]);
    expect(await counted()).toEqual({ link: CLICKS, difference: 0 });
    expect(signpost.failedRecords()).toHaveLength(1);
  }, 60_000);

  it('are not counted again by a second time', async () => {
    const { output } = await replayFailed(['--data', folder]);
    expect(output).toBe(
      'rows: 0 brought into the lake, 1 left\nbatches: 0 record(s) taken by their functions, 1 left\n',
    );
    await works.settle();
    expect(await counted()).toEqual({ link: CLICKS, difference: 0 });
  }, 60_000);
});
