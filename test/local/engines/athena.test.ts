import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { lakeQueries } from '../../../adapters/lake-queries.ts';
import { queryState, rowsOfQuery, startQuery } from '../../../adapters/query-execution.ts';
import type { LakeRow, QueryOutcome } from '../../../core/lake/lake-queries.ts';
import type { Sql } from '../../../core/lake/sql.ts';
import type { AthenaOptions } from '../../../local/engines/athena.ts';
import { type AthenaLake, DATABASE, startAthenaLake, WORKGROUP } from './athena-lake.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
let lake: AthenaLake;
afterEach(() => lake.close());
const start = async (options: Partial<AthenaOptions> = {}): Promise<void> => {
  lake = await startAthenaLake(newFolder(), options);
};

/** By hand, past the tag that lets only safe pieces through. */
const asked = (text: string) => ({ sql: { text } as unknown as Sql, maxAgeMinutes: 0 });
const place = () => ({ client: lake.client, workgroup: WORKGROUP.name, database: DATABASE });
const ask = (text: string, timeoutMs = 20_000): Promise<QueryOutcome> =>
  lakeQueries(place()).ask(asked(text), timeoutMs);

async function rowsOf(text: string): Promise<readonly LakeRow[]> {
  const outcome = await ask(text);
  if (outcome.kind !== 'rows') throw new Error(outcome.reason);
  return outcome.rows;
}

async function started(text: string): Promise<string> {
  const begun = await startQuery(place(), asked(text));
  if (begun.kind !== 'started') throw new Error(begun.reason);
  return begun.id;
}

async function ended(id: string) {
  for (;;) {
    const { QueryExecution } = await lake.client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    if (!/QUEUED|RUNNING/.test(QueryExecution?.Status?.State ?? '')) return QueryExecution;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const files = (): readonly string[] => lake.s3.keys(WORKGROUP.outputBucket);

/** Minutes of work that need nothing of a disk. */
const ENDLESS =
  'SELECT sum(a.x * b.x % 7) FROM UNNEST(sequence(1, 300000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 300000)) AS b (x)';

describe('What Athena answers', () => {
  it.each([
    ["TIMESTAMP '2026-03-12 09:26:53.589'", 'timestamp', '2026-03-12 09:26:53.589'],
    ["date_trunc('hour', TIMESTAMP '2026-03-12 09:26:53')", 'timestamp', '2026-03-12 09:00:00.000'],
    ["TIMESTAMP '1969-12-31 23:59:59.999'", 'timestamp', '1969-12-31 23:59:59.999'],
    [
      "from_iso8601_timestamp('2026-03-12T09:26:53.589+02:00')",
      'timestamp with time zone',
      '2026-03-12 07:26:53.589 UTC',
    ],
    ["DATE '2026-03-12'", 'date', '2026-03-12'],
    ['true', 'boolean', 'true'],
    ['7 / 2', 'integer', '3'],
    ['count(*)', 'bigint', '1'],
    ['sum(9007199254740993)', 'bigint', '9007199254740993'],
    ['CAST(1 AS double)', 'double', '1.0'],
    ['CAST(12345678 AS double)', 'double', '1.2345678E7'],
    ['CAST(10000000 AS double)', 'double', '1.0E7'],
    ['CAST(0.00025 AS double)', 'double', '2.5E-4'],
    ['CAST(1.50 AS decimal(5, 2))', 'decimal', '1.50'],
    ["ARRAY['a', 'b c', NULL]", 'array', '[a, b c, null]'],
    ["ARRAY[DATE '2026-03-12']", 'array', '[2026-03-12]'],
    ["MAP(ARRAY['a'], ARRAY[1])", 'map', '{a=1}'],
    ["'Zürich 🌍'", 'varchar', 'Zürich 🌍'],
    ['\'a,"b"\nc\'', 'varchar', 'a,"b"\nc'],
    ["''", 'varchar', ''],
    ['CAST(NULL AS varchar)', 'varchar', null],
  ])('%s is %s, printed %s', async (expression, type, printed) => {
    await start();
    const id = await started(`SELECT ${expression} AS it, 1 AS more`);
    await ended(id);
    const { ResultSet } = await lake.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
    expect(ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type }) => [Name, Type])).toEqual([
      ['it', type],
      ['more', 'integer'],
    ]);
    const [names, row] = ResultSet?.Rows ?? [];
    expect(names?.Data?.map(({ VarCharValue }) => VarCharValue)).toEqual(['it', 'more']);
    expect(row?.Data).toEqual([printed === null ? {} : { VarCharValue: printed }, { VarCharValue: '1' }]);
  });

  it('calls columns without a name as Trino does', async () => {
    await start();
    expect(await rowsOf('SELECT 1, 2 AS two, count(*) UNION ALL SELECT 3, 4, 5')).toEqual(
      expect.arrayContaining([{ _col0: '3', two: '4', _col2: '5' }]),
    );
  });

  it('is a file in the results, every value in quotes, null as nothing', async () => {
    await start();
    const id = await started('SELECT \'say "hi"\' AS said, CAST(NULL AS varchar) AS nothing, 1 AS one');
    await ended(id);
    expect(files()).toEqual([`queries/${id}.csv`]);
    expect(await queryState(lake.client, id)).toMatchObject({
      kind: 'succeeded',
      outputLocation: `s3://results/queries/${id}.csv`,
    });
    const file = lake.s3.open('results', `queries/${id}.csv`);
    const chunks: Buffer[] = [];
    for await (const chunk of file?.read() ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('"said","nothing","one"\n"say ""hi""",,"1"\n');
  });

  it('comes in pages, each row once', async () => {
    await start();
    const id = await started(
      'SELECT x, \'line\nwith "quotes" \' || x AS t FROM UNNEST(sequence(1, 2345)) AS n (x) ORDER BY 1',
    );
    await ended(id);
    const pages: number[] = [];
    const seen: LakeRow[] = [];
    for await (const page of rowsOfQuery(lake.client, id)) {
      pages.push(page.length);
      seen.push(...page);
    }
    expect(pages).toEqual([999, 1_000, 346]);
    expect(seen.map(({ x }) => Number(x))).toEqual(Array.from({ length: 2_345 }, (_, index) => index + 1));
    expect(seen.at(-1)?.['t']).toBe('line\nwith "quotes" 2345');
  });
});

describe('The tables that Athena sees', () => {
  const click = (id: string) => ({ id, tags: ['x'], clicked_at: new Date(1_773_307_613_589), bot: false, clicks: 1n });

  it('are empty without files, and show each file from the next query on', async () => {
    await start();
    expect(await rowsOf('SELECT count(*) AS n, max(clicked_at) AS last FROM clicks')).toEqual([{ n: '0', last: null }]);
    expect(await rowsOf('SELECT * FROM clicks')).toEqual([]);
    lake.add([click('a')]);
    lake.add([click('b')], 'dt=2026-03-13/hr=00');
    const found = await rowsOf(`SELECT * FROM ${DATABASE}.clicks ORDER BY id`);
    const [a, b] = [
      { id: 'a', dt: '2026-03-12', hr: '9' },
      { id: 'b', dt: '2026-03-13', hr: '0' },
    ];
    const same = { tags: '[x]', clicked_at: '2026-03-12 09:26:53.589', bot: 'false', clicks: '1' };
    expect(found).toEqual([
      { ...same, ...a },
      { ...same, ...b },
    ]);
  });

  it('have null in columns that older files lack', async () => {
    await start();
    lake.add([{ id: 'old' }], 'dt=2026-03-11/hr=00', [{ name: 'id', type: 'string' }]);
    lake.add([click('new')]);
    expect(await rowsOf('SELECT id, bot, clicks FROM clicks ORDER BY id')).toEqual([
      { id: 'new', bot: 'false', clicks: '1' },
      { id: 'old', bot: null, clicks: null },
    ]);
  });

  it('lie below folders of any name', async () => {
    lake = await startAthenaLake(`${newFolder()}/it's [a] *folder*?`);
    lake.add([click('a')]);
    expect(await rowsOf('SELECT id FROM clicks')).toEqual([{ id: 'a' }]);
  });

  it('are read as far as the query needs it', async () => {
    await start();
    const text = (index: number) => ({ id: `${index}`.repeat(50), tags: [], bot: true, clicks: BigInt(index) });
    for (const day of ['10', '11', '12'])
      lake.add(
        Array.from({ length: 5_000 }, (_, index) => text(index)),
        `dt=2026-03-${day}/hr=00`,
      );
    const scanned = async (sql: string) => {
      const outcome = await ask(sql);
      return outcome.kind === 'rows' ? outcome.scannedBytes : Number.NaN;
    };
    const all = await scanned('SELECT max(id) AS m FROM clicks');
    const oneDay = await scanned("SELECT max(id) AS m FROM clicks WHERE dt = '2026-03-11'");
    const oneColumn = await scanned('SELECT sum(clicks) AS m FROM clicks');
    const twoDays = await scanned(
      "SELECT max(id) AS m FROM clicks WHERE (dt > '2026-03-11' OR hr >= 1 OR dt = '2026-03-10') AND dt <> ') it''s ('",
    );
    const filtered = await scanned("SELECT count(*) AS m FROM clicks WHERE id <> 'clicks'");
    expect(all / oneDay).toBeCloseTo(3, 1);
    expect(all / twoDays).toBeCloseTo(3 / 2, 1);
    expect(filtered).toBe(all);
    expect(oneColumn).toBeLessThan(all / 3);
    expect(await scanned('SELECT 1 AS one')).toBe(0);
  });
});

describe('A query', () => {
  it('that is cancelled ends at once, without a file', async () => {
    await start();
    const id = await started(ENDLESS);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await queryState(lake.client, id)).toEqual({ kind: 'running' });
    await lake.client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    const stoppedAtMs = Date.now();
    expect((await ended(id))?.Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: 'Query cancelled by user',
    });
    expect(Date.now() - stoppedAtMs).toBeLessThan(2_000);
    expect(files()).toEqual([]);
    expect(await rowsOf('SELECT 1 AS one')).toEqual([{ one: '1' }]);
  });

  it('that takes too long for its caller is cancelled', async () => {
    await start();
    expect(await ask(ENDLESS, 400)).toMatchObject({ kind: 'too_slow' });
    expect(await rowsOf('SELECT 1 AS one')).toEqual([{ one: '1' }]);
  });

  it('waits while two others are at work, and can be cancelled there', async () => {
    await start();
    const endless = [await started(ENDLESS), await started(ENDLESS)];
    const waiting = await started('SELECT 1 AS one');
    const unwanted = await started('SELECT 2 AS two');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await queryState(lake.client, waiting)).toEqual({ kind: 'running' });
    await lake.client.send(new StopQueryExecutionCommand({ QueryExecutionId: unwanted }));
    expect((await ended(unwanted))?.Status?.State).toBe('CANCELLED');
    await lake.client.send(new StopQueryExecutionCommand({ QueryExecutionId: endless[0] }));
    expect((await ended(waiting))?.Status?.State).toBe('SUCCEEDED');
    expect(await queryState(lake.client, endless[1] ?? '')).toEqual({ kind: 'running' });
  });

  it('leaves the laptop time for everything else', async () => {
    await start();
    await started(ENDLESS);
    const lateMs: number[] = [];
    for (let beat = 0; beat < 30; beat += 1) {
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
      lateMs.push(Date.now() - before - 10);
    }
    expect(lateMs.sort((one, other) => one - other)[15]).toBeLessThan(50);
  });

  it('that reads more than its workgroup allows is cancelled, without a file', async () => {
    await start({ workgroups: [{ ...WORKGROUP, cutoffBytes: 10_000 }] });
    lake.add(Array.from({ length: 5_000 }, (_, index) => ({ id: `${index}`.repeat(20) })));
    expect(await ask('SELECT max(id) AS m FROM clicks')).toEqual({
      kind: 'cancelled',
      reason: 'Bytes scanned limit was exceeded',
    });
    expect(files()).toEqual([]);
    expect(await ask('SELECT count(*) AS n FROM clicks')).toMatchObject({ kind: 'rows' });
  });

  it('is one query for who comes again with its token, at the same moment too', async () => {
    await start();
    const command = (QueryString: string) =>
      new StartQueryExecutionCommand({
        QueryString,
        WorkGroup: WORKGROUP.name,
        ClientRequestToken: 'a'.repeat(32),
        ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } },
      });
    const both = await Promise.all(['SELECT 1', 'SELECT 1'].map((text) => lake.client.send(command(text))));
    expect(both[0]?.QueryExecutionId).toBe(both[1]?.QueryExecutionId);
    await expect(lake.client.send(command('SELECT 2'))).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  it('tells how it went', async () => {
    await start();
    const id = await started('SELECT 1 AS one');
    expect(await ended(id)).toMatchObject({
      QueryExecutionId: id,
      Query: 'SELECT 1 AS one',
      StatementType: 'DML',
      WorkGroup: WORKGROUP.name,
      QueryExecutionContext: { Database: DATABASE },
      Status: { State: 'SUCCEEDED', SubmissionDateTime: expect.any(Date), CompletionDateTime: expect.any(Date) },
      Statistics: { DataScannedInBytes: 0, EngineExecutionTimeInMillis: expect.any(Number) },
    });
  });

  it('that is wrong fails with the reason', async () => {
    await start();
    expect(await ask('SELECT nope FROM clicks')).toEqual({ kind: 'failed', reason: expect.stringContaining('"nope"') });
    expect(await ask('SELECT * FROM nope')).toEqual({
      kind: 'failed',
      reason: `TABLE_NOT_FOUND: Table 'awsdatacatalog.${DATABASE}.nope' does not exist`,
    });
    expect(await ask("SELECT CAST('x' AS integer) AS x")).toMatchObject({ kind: 'failed' });
    const id = await started('SELECT nope FROM clicks');
    await ended(id);
    await expect(lake.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'Query did not finish successfully. Final query state: FAILED',
    });
  });

  it('is unknown to another run of the laptop, as to AWS', async () => {
    await start();
    const QueryExecutionId = '0e8f7a9e-0000-4000-8000-000000000000';
    for (const command of [GetQueryExecutionCommand, GetQueryResultsCommand, StopQueryExecutionCommand])
      await expect(
        lake.client.send(new command({ QueryExecutionId }) as GetQueryExecutionCommand),
      ).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
  });

  it('fails with a clear reason on a machine without DuckDB', async () => {
    await start({ openDuckDb: () => Promise.reject(new Error('unsupported arch')) });
    expect(await ask('SELECT 1')).toEqual({
      kind: 'failed',
      reason: "The laptop's Athena needs DuckDB, which does not load here: unsupported arch",
    });
  });
});
