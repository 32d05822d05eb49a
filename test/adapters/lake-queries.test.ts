import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { lakeQueries } from '../../adapters/lake-queries.ts';
import { name, quoted, sql } from '../../core/lake/sql.ts';
import { type AthenaLake, DATABASE, startAthenaLake, WORKGROUP } from '../local/engines/athena-lake.ts';
import { CLIENT } from '../local/engines/everyone.ts';

const folder = mkdtempSync(join(tmpdir(), 'signpost-athena-'));
let lake: AthenaLake;
let client: AthenaClient;
beforeAll(async () => {
  lake = await startAthenaLake(folder);
  client = new AthenaClient({ ...CLIENT, endpoint: lake.engine.url, maxAttempts: 3 });
});
afterEach(() => {
  lake.engine.faultFor = null;
});
afterAll(async () => {
  client.destroy();
  await lake.close();
  rmSync(folder, { recursive: true });
});

const queries = (workgroup = WORKGROUP.name) => lakeQueries({ client, workgroup, database: DATABASE });
const ask = (query = sql`SELECT 1 AS one`, timeoutMs = 10_000) =>
  queries().ask({ sql: query, maxAgeMinutes: 0 }, timeoutMs);
const answers = () => lake.s3.keys(WORKGROUP.outputBucket).length;

describe('the lake, asked in SQL', () => {
  test.each(["it's", '"', "'; DROP TABLE clicks; --", 'a\\', '\n', '🌍', '${x}', '%_', ''])(
    'gives %j back as it was put',
    async (text) => {
      expect(await ask(sql`SELECT ${quoted(text)} AS ${name('it')}`)).toEqual({
        kind: 'rows',
        rows: [{ it: text }],
        scannedBytes: 0,
      });
    },
  );

  test('answers more rows than a page has', async () => {
    const outcome = await ask(sql`SELECT x FROM UNNEST(sequence(1, 2500)) AS n (x)`);
    expect(outcome.kind === 'rows' && outcome.rows.length).toBe(2_500);
  });

  test('is asked once, also when the answer to the first call is lost', async () => {
    const before = answers();
    let losses = 1;
    lake.engine.faultFor = ({ action }) =>
      action === 'athena:StartQueryExecution' && losses-- > 0 ? { kind: 'lose-answer' } : null;
    expect(await ask()).toMatchObject({ kind: 'rows', rows: [{ one: '1' }] });
    expect(losses).toBeLessThan(0);
    expect(answers() - before).toBe(1);
  });

  test('takes an answer that is old enough', async () => {
    expect(await queries().ask({ sql: sql`SELECT 1 AS one`, maxAgeMinutes: 60 }, 10_000)).toMatchObject({
      kind: 'rows',
    });
  });

  test('tells what was no SQL, what was wrong with it, and what nobody knows', async () => {
    expect(await ask(sql`SELECT FROM WHERE`)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^line 1:/),
    });
    expect(await ask(sql`SELECT nothing FROM clicks`)).toMatchObject({ kind: 'failed' });
    const elsewhere = queries('elsewhere').ask({ sql: sql`SELECT 1`, maxAgeMinutes: 0 }, 1_000);
    expect(await elsewhere).toMatchObject({ kind: 'refused', reason: 'WorkGroup elsewhere is not found.' });
  });

  test('waits no longer than it may, and leaves nothing at work', async () => {
    const release = lake.engine.hold();
    const [before, startedAtMs] = [answers(), Date.now()];
    expect(await ask(sql`SELECT 1`, 300)).toMatchObject({ kind: 'too_slow' });
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
    release();
    await ask();
    expect(answers() - before).toBe(1);
  });

  test('rejects where Athena is away', async () => {
    lake.engine.faultFor = () => ({ kind: 'refuse', status: 500, errorType: 'InternalServerException' });
    await expect(ask()).rejects.toMatchObject({ name: 'InternalServerException' });
  });
});
