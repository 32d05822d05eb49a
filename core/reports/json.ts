import type { ReportColumn, ReportRow, ReportValue } from './report-columns.ts';

/** One JSON array of objects, one a line: whole for a parser, and readable line by line. Instants are RFC 3339. */
export async function* jsonOf(
  columns: readonly ReportColumn[],
  rows: AsyncIterable<ReportRow>,
): AsyncGenerator<string> {
  let before = '[\n';
  for await (const row of rows) {
    const members = columns.map(({ name, type }, index) => [name, memberValue(type, row[index] ?? null)] as const);
    yield `${before}${JSON.stringify(Object.fromEntries(members))}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const memberValue = (type: ReportColumn['type'], value: ReportValue): ReportValue =>
  type === 'instant' && value !== null ? new Date(Number(value)).toISOString() : value;
