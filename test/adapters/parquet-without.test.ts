import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { linesWithout } from '../../adapters/lines-without.ts';
import { type ParquetColumn, type ParquetRow, parquetSchema } from '../../adapters/parquet-file.ts';
import { parquetWithout } from '../../adapters/parquet-without.ts';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';

const WORKSPACES = ['ws_1', 'ws_12', 'ws_2', '', null];
const TEXTS = ['', 'a', 'ws_1', 'Größe', '👍🏽', "it's", '\u0000', 'x'.repeat(300), null];
const GONE = { column: 'workspace_id', values: new Set(['ws_1', 'ws_unknown']) };

const read = (bytes: Uint8Array): Promise<ParquetRow[]> => parquetReadObjects({ file: new Uint8Array(bytes).buffer });
const without = (bytes: Uint8Array, columns: readonly ParquetColumn[] = LAKE_COLUMNS) =>
  parquetWithout(new Uint8Array(bytes).buffer, columns, GONE);

function randomRows(random: () => number, count: number): ParquetRow[] {
  const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const valueOf = (type: string): unknown => {
    if (random() < 0.1) return null;
    if (type === 'boolean') return random() < 0.5;
    if (type === 'timestamp') return new Date(Math.floor(random() * 2e12));
    if (type === 'array<string>') return Array.from({ length: Math.floor(random() * 4) }, () => oneOf(TEXTS));
    return random() < 0.5 ? oneOf(TEXTS) : String(random());
  };
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      LAKE_COLUMNS.map(({ name, type }) => [name, name === 'workspace_id' ? oneOf(WORKSPACES) : valueOf(type)]),
    ),
  );
}

async function fileOf(rows: readonly ParquetRow[], rowGroupSize: number): Promise<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: parquetSchema(LAKE_COLUMNS), codec: 'SNAPPY' });
  const columnData = LAKE_COLUMNS.map(({ name }) => ({ name, data: rows.map((row) => row[name]) }));
  await writer.write({ columnData, rowGroupSize });
  await writer.finish();
  return bytes.getBytes();
}

const groupsIn = (count: number): readonly number[] => [1, 7, Math.max(1, count)];

describe('A Parquet file without the rows of some', () => {
  it('has every other row, each value and the order as they were, in files of any shape', async () => {
    const random = seededRandom(11);
    for (const count of [0, 1, 2, 40, 300])
      for (const groupSize of groupsIn(count)) {
        const file = await fileOf(randomRows(random, count), groupSize);
        const before = await read(file);
        const others = before.filter((row) => row['workspace_id'] !== 'ws_1');
        const { rows, bytes } = await without(file);
        const gone = before.length - others.length;
        expect([...rows]).toEqual(gone === 0 ? [] : [['ws_1', gone]]);
        if (gone === 0 || others.length === 0) expect(bytes).toBeNull();
        else expect(await read(bytes ?? file)).toEqual(others);
      }
  });

  it('reads what another writer wrote', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signpost-parquet-'));
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const path = join(folder, 'duckdb.parquet');
    const columns = LAKE_COLUMNS.map(({ name, type }) => {
      if (name === 'workspace_id') return "'ws_' || (i % 3) AS workspace_id";
      if (type === 'timestamp') return `TIMESTAMP '2026-11-21 09:26:53.589' + to_milliseconds(i) AS ${name}`;
      if (type === 'boolean') return `i % 2 = 0 AS ${name}`;
      return type === 'array<string>' ? `['a', 't' || i] AS ${name}` : `'${name} ' || i AS ${name}`;
    });
    await connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM range(5000) AS r(i)) TO '${path}' (ROW_GROUP_SIZE 2048)`,
    );
    const file = readFileSync(path);
    const others = (await read(file)).filter((row) => row['workspace_id'] !== 'ws_1');
    const { rows, bytes } = await without(file);
    expect(rows).toEqual(new Map([['ws_1', 1_667]]));
    expect(await read(bytes ?? file)).toEqual(others);
    connection.closeSync();
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a column that the file lacked, without a value', async () => {
    const file = await fileOf(randomRows(seededRandom(3), 30), 9);
    const { bytes } = await without(file, [...LAKE_COLUMNS, { name: 'newer', type: 'string' }]);
    const newer = (await read(bytes ?? file)).map((row) => row['newer']);
    expect(new Set(newer)).toEqual(new Set([null]));
  });
});

describe('Filed records without those of some', () => {
  const filed = (raw: string): string =>
    JSON.stringify({ errorCode: 'x', rawData: Buffer.from(raw).toString('base64') });
  const of = (workspaceId: string): string => filed(JSON.stringify({ workspace_id: workspaceId, city: 'ws_1' }));

  it('are the other lines, letter by letter, also those that are nothing', () => {
    const [theirs, poison, broken] = [of('ws_12'), filed('ws_1'), '{"rawData":'];
    const { rows, bytes } = linesWithout(
      `${of('ws_1')}\n${theirs}\n${of('ws_1')}\n${poison}\n${broken}\n`,
      GONE.values,
    );
    expect(rows).toEqual(new Map([['ws_1', 2]]));
    expect(String(bytes)).toBe(`${theirs}\n${poison}\n${broken}\n`);
  });

  it.each([
    ['all', `${of('ws_1')}\n`, 1],
    ['none', `${of('ws_2')}\n`, 0],
  ])('are no file where it were %s', (_, body, count) => {
    const { rows, bytes } = linesWithout(body, GONE.values);
    expect([[...rows.values()].reduce((sum, one) => sum + one, 0), bytes]).toEqual([count, null]);
  });
});
