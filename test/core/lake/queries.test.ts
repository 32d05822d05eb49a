import { globSync } from 'node:fs';
import { join } from 'node:path';
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { LAKE_QUERY_EXAMPLES, NO_LAKE_QUERIES } from '../../fixtures/lake-query-examples.ts';

const CORE_LAKE = join(__dirname, '../../../core/lake');
const trino = new TrinoSQL();
let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
});
afterAll(() => lake.close());

const examples = Object.entries(LAKE_QUERY_EXAMPLES).flatMap(([name, queries]) =>
  queries.map((query, index) => ({ name: `${name} ${index + 1}`, query })),
);

it.each(examples)('$name is Trino', ({ query }) => {
  expect(trino.validate(query.text)).toEqual([]);
});

it.each(examples)('$name runs on DuckDB', async ({ query }) => {
  await expect(lake.ask(query)).resolves.toBeInstanceOf(Array);
});

it('has an example of every function of core/lake that makes a query', () => {
  const files = globSync('*.ts', { cwd: CORE_LAKE }).filter((file) => file !== 'sql.ts');
  const functions = files.flatMap((file) => {
    const exported = jest.requireActual<Readonly<Record<string, unknown>>>(join(CORE_LAKE, file));
    return Object.keys(exported).filter((name) => typeof exported[name] === 'function');
  });
  expect(functions.filter((name) => !NO_LAKE_QUERIES.includes(name)).sort()).toEqual(
    Object.keys(LAKE_QUERY_EXAMPLES).sort(),
  );
});

it.each([
  "SELECT 'it's'",
  'SELECT count(*) FROM clicks WHERE',
  "SELECT * FROM clicks WHERE dt == '2026-11-21'",
  'SELECT id FROM clicks WHERE (dt = 1',
])('would notice %s', (text) => {
  expect(trino.validate(text)).not.toEqual([]);
});
