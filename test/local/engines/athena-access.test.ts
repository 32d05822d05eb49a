import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { lakeQueries } from '../../../adapters/lake-queries.ts';
import { queryState, startQuery } from '../../../adapters/query-execution.ts';
import type { QueryOutcome } from '../../../core/lake/lake-queries.ts';
import type { Sql } from '../../../core/lake/sql.ts';
import { ASKS_CLICKS } from '../../../lib/lake-powers.ts';
import { openDuckDb } from '../../../local/engines/duckdb.ts';
import { roleAuthorizer, type Statement } from '../../../local/engines/iam.ts';
import { type AthenaLake, DATABASE, startAthenaLake, WORKGROUP } from './athena-lake.ts';
import { CREDENTIALS } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
let lake: AthenaLake | null = null;
afterEach(async () => {
  await lake?.close();
  lake = null;
});

const asked = (text: string) => ({ sql: { text } as unknown as Sql, maxAgeMinutes: 0 });
const placeOf = ({ client }: AthenaLake) => ({ client, workgroup: WORKGROUP.name, database: DATABASE });
const ask = (running: AthenaLake, text: string): Promise<QueryOutcome> =>
  lakeQueries(placeOf(running)).ask(asked(text), 20_000);

/** The powers of a function that asks about clicks, on the places of this lake. */
const PLACES: Readonly<Record<keyof typeof ASKS_CLICKS, readonly string[]>> = {
  queryWorkgroup: [WORKGROUP.arn],
  lakeCatalog: ['catalog', `database/${DATABASE}`].map((part) => `arn:aws:glue:us-east-1:000000000000:${part}`),
  defaultDatabase: ['arn:aws:glue:us-east-1:000000000000:database/default'],
  clicksTable: [`arn:aws:glue:us-east-1:000000000000:table/${DATABASE}/clicks`],
  lake: ['arn:aws:s3:::lake'],
  lakeClicks: ['arn:aws:s3:::lake/clicks/*'],
  results: ['arn:aws:s3:::results'],
  queryResults: ['arn:aws:s3:::results/queries/*'],
};
type Place = keyof typeof ASKS_CLICKS;
const POWERS = (Object.keys(ASKS_CLICKS) as Place[]).flatMap((place) =>
  ASKS_CLICKS[place].map((action): [Place, string] => [place, action]),
);

const statementsWithout = (place: Place | null, action: string): Statement[] =>
  POWERS.filter((power) => power[0] !== place || power[1] !== action).map(([at, allowed]) => ({
    effect: 'Allow',
    actions: [allowed],
    resources: PLACES[at],
  }));
const roleWithout = (place: Place | null, action = '') =>
  roleAuthorizer([
    { name: 'Asker', accessKeyId: CREDENTIALS.accessKeyId, statements: statementsWithout(place, action) },
  ]);

describe('A role that may ask about clicks', () => {
  it('uses every power it has, and needs no other', async () => {
    const role = roleWithout(null);
    lake = await startAthenaLake(newFolder(), { authorize: role.authorize });
    expect(await ask(lake, 'SELECT count(*) AS n FROM clicks')).toMatchObject({ kind: 'rows' });
    const release = lake.engine.hold();
    expect(await lakeQueries(placeOf(lake)).ask(asked('SELECT 1'), 50)).toMatchObject({ kind: 'too_slow' });
    release();
    expect([...role.unused()]).toEqual([]);
    expect([...role.denials()]).toEqual([]);
  });

  it.each(POWERS.filter(([place]) => place !== 'queryWorkgroup'))(
    'gets nothing without %s %s',
    async (place, action) => {
      const role = roleWithout(place, action);
      lake = await startAthenaLake(newFolder(), { authorize: role.authorize });
      lake.add([{ id: 'a' }]);
      const outcome = ask(lake, 'SELECT id FROM clicks');
      if (action === 's3:GetObject' && place === 'queryResults') {
        await expect(outcome).rejects.toMatchObject({ name: 'AccessDeniedException' });
      } else {
        expect(await outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining(action) });
      }
    },
  );

  it.each(POWERS.filter(([place]) => place === 'queryWorkgroup'))('is refused without %s %s', async (place, action) => {
    lake = await startAthenaLake(newFolder(), { authorize: roleWithout(place, action).authorize });
    const release = lake.engine.hold();
    const isStop = action === 'athena:StopQueryExecution';
    const outcome = lakeQueries(placeOf(lake)).ask(asked('SELECT id FROM clicks'), isStop ? 200 : 20_000);
    if (!isStop) release();
    await expect(outcome).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: ${action} on resource: ${WORKGROUP.arn}`),
    });
    release();
  });

  it('is judged by the table behind a name of its own', async () => {
    const role = roleWithout('clicksTable', 'glue:GetTable');
    lake = await startAthenaLake(newFolder(), { authorize: role.authorize });
    lake.add([{ id: 'a' }]);
    for (const sql of [
      'WITH clicks AS (SELECT * FROM clicks) SELECT * FROM clicks',
      'SELECT (SELECT max(id) FROM clicks) AS it',
      `SELECT 1 AS it WHERE 'a' IN (SELECT id FROM ${DATABASE}.CLICKS)`,
      'SELECT 1 AS it UNION ALL (SELECT 2 FROM (SELECT * FROM clicks) AS x)',
    ])
      expect(await ask(lake, sql)).toMatchObject({ kind: 'failed', reason: expect.stringContaining('glue:GetTable') });
  });

  it('finds no table through another database', async () => {
    lake = await startAthenaLake(newFolder());
    lake.add([{ id: 'a' }]);
    const elsewhere = lakeQueries({ ...placeOf(lake), database: 'elsewhere' });
    for (const sql of ['SELECT * FROM clicks', 'WITH clicks AS (SELECT * FROM clicks) SELECT * FROM clicks'])
      expect(await elsewhere.ask(asked(sql), 5_000)).toMatchObject({
        kind: 'failed',
        reason: "TABLE_NOT_FOUND: Table 'awsdatacatalog.elsewhere.clicks' does not exist",
      });
    expect(await elsewhere.ask(asked(`SELECT id FROM ${DATABASE}.clicks`), 5_000)).toMatchObject({ kind: 'rows' });
  });

  it('sees the answer of another only where it may read it', async () => {
    const reader = roleAuthorizer([
      { name: 'Asker', accessKeyId: CREDENTIALS.accessKeyId, statements: statementsWithout(null, '') },
      {
        name: 'Other',
        accessKeyId: 'OTHER',
        statements: statementsWithout('queryResults', 's3:GetObject'),
      },
    ]);
    lake = await startAthenaLake(newFolder(), { authorize: reader.authorize });
    const begun = await startQuery(placeOf(lake), asked('SELECT 1 AS one'));
    const id = begun.kind === 'started' ? begun.id : '';
    while ((await queryState(lake.client, id)).kind === 'running');
    await lake.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
    Object.assign(lake.client.config, { credentials: async () => ({ ...CREDENTIALS, accessKeyId: 'OTHER' }) });
    await expect(lake.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('Nothing but the tables', () => {
  it.each([
    ["SELECT * FROM read_csv('/etc/passwd')", 'refused'],
    ["SELECT * FROM read_text('/etc/passwd')", 'refused'],
    ["SELECT * FROM read_parquet('lake/clicks/*/*/*')", 'refused'],
    ["SELECT * FROM glob('/*')", 'refused'],
    ['SELECT * FROM duckdb_settings()', 'refused'],
    ["SELECT * FROM '/etc/passwd'", 'failed'],
    ["SELECT * FROM 's3://lake/clicks/x.parquet'", 'failed'],
    ['SELECT (WITH "x.csv" AS (SELECT 1) SELECT 1) AS one, * FROM "x.csv"', 'failed'],
    ['SELECT * FROM pg_catalog.pg_class', 'failed'],
    ['SELECT * FROM information_schema.tables', 'failed'],
    ['SELECT * FROM duckdb_tables', 'failed'],
    ['SELECT * FROM system.main.duckdb_tables', 'refused'],
    ["ATTACH '/tmp/elsewhere.db'", 'refused'],
    ["COPY (SELECT 1) TO '/tmp/elsewhere.csv'", 'refused'],
    ['INSTALL httpfs', 'refused'],
    ['LOAD httpfs', 'refused'],
    ['SET threads = 8', 'refused'],
    ['PRAGMA database_list', 'refused'],
    ['CALL truncate_duckdb_logs()', 'refused'],
    ['CREATE TABLE mine (x integer)', 'refused'],
    ['CREATE OR REPLACE VIEW clicks AS SELECT 1', 'refused'],
    ["INSERT INTO clicks (id) VALUES ('mine')", 'refused'],
    ['DELETE FROM clicks', 'refused'],
    ['DROP VIEW clicks', 'refused'],
    ['SHOW TABLES', 'refused'],
    ['DESCRIBE clicks', 'refused'],
    ['SELECT 1; SELECT 2', 'refused'],
    ["SELECT 1; COPY (SELECT 1) TO '/tmp/elsewhere.csv'", 'refused'],
    ["SELECT getenv('HOME') AS home", 'failed'],
    ['SELEC', 'refused'],
    ['-- nothing', 'refused'],
  ])('%s is %s', async (sql, kind) => {
    lake = await startAthenaLake(newFolder());
    lake.add([{ id: 'a' }]);
    expect(await ask(lake, sql)).toMatchObject({ kind, reason: expect.stringMatching(/./) });
    expect(existsSync('/tmp/elsewhere.csv')).toBe(false);
    expect(await ask(lake, 'SELECT id FROM clicks')).toMatchObject({ kind: 'rows', rows: [{ id: 'a' }] });
  });

  it('is within DuckDB’s own reach, whoever gets past the reading of statements', async () => {
    const folder = newFolder();
    const secret = join(folder, 'secret.csv');
    writeFileSync(secret, 'secret\n1\n');
    const table = { database: 'd', name: 't', columns: [{ name: 'id', type: 'string' }], partitions: [] };
    const duckDb = await openDuckDb({
      tables: [{ ...table, folder: join(folder, 'lake') }],
      spillDir: join(folder, 'spill'),
    });
    const session = await duckDb.session(new AbortController().signal);
    for (const sql of [
      `SELECT * FROM read_csv('${secret}')`,
      `SELECT * FROM read_csv('${join(folder, 'lake')}/../secret.csv')`,
      `SELECT * FROM '${secret}'`,
      `SELECT * FROM glob('${folder}/*')`,
      `COPY (SELECT 1) TO '${folder}/written.csv'`,
      `ATTACH '${folder}/other.db'`,
      `EXPORT DATABASE '${folder}/exported'`,
      'INSTALL httpfs',
      "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
      'SET GLOBAL enable_external_access = true',
      'SET lock_configuration = false',
      'SET threads = 8',
      'RESET TimeZone',
    ])
      await expect(session.stream(sql).then(({ columnCount }) => [sql, columnCount])).rejects.toThrow();
    expect(['written.csv', 'other.db', 'exported'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
    session.free();
    duckDb.close();
  });
});
