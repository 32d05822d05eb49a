import type {
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';

/** A column as Athena names its type, and how its values print. */
export type TrinoType = {
  readonly name: string;
  readonly precision: number;
  readonly scale: number;
  /** Never asked about null. */
  readonly print: (value: DuckDBValue) => string;
};

const VARCHAR_PRECISION = 2_147_483_647;

/** DuckDB's types by their own names. Sums are HUGEINT there and bigint in Trino. */
const SCALARS: Readonly<Record<string, TrinoType>> = {
  BOOLEAN: scalar('boolean', 0),
  TINYINT: scalar('tinyint', 3),
  SMALLINT: scalar('smallint', 5),
  INTEGER: scalar('integer', 10),
  UINTEGER: scalar('bigint', 19),
  BIGINT: scalar('bigint', 19),
  UBIGINT: scalar('bigint', 19),
  HUGEINT: scalar('bigint', 19),
  FLOAT: scalar('float', 17, printDouble),
  DOUBLE: scalar('double', 17, printDouble),
  DATE: scalar('date', 0),
  TIMESTAMP: scalar('timestamp', 3, printTimestamp),
  'TIMESTAMP WITH TIME ZONE': scalar('timestamp with time zone', 3, (value) => `${printTimestamp(value)} UTC`),
  BLOB: scalar('varbinary', 1_073_741_824),
};

const VARCHAR = scalar('varchar', VARCHAR_PRECISION);

function scalar(name: string, precision: number, print: TrinoType['print'] = String): TrinoType {
  return { name, precision, scale: 0, print };
}

export function trinoType(type: DuckDBType): TrinoType {
  const duckDbName = type.toString();
  if (duckDbName.endsWith(']')) {
    const element = printer((type as DuckDBListType).valueType);
    return scalar('array', 0, (value) => `[${itemsOf(value).map(element).join(', ')}]`);
  }
  if (duckDbName.startsWith('STRUCT(')) return rowType(type as DuckDBStructType);
  if (duckDbName.startsWith('MAP(')) return mapType(type as DuckDBMapType);
  if (duckDbName.startsWith('DECIMAL(')) {
    const { width, scale } = type as DuckDBDecimalType;
    return { name: 'decimal', precision: width, scale, print: String };
  }
  return SCALARS[duckDbName] ?? VARCHAR;
}

function rowType({ entryNames, entryTypes }: DuckDBStructType): TrinoType {
  const printers = entryTypes.map(printer);
  return scalar('row', 0, (value) => {
    const { entries } = value as { entries: Readonly<Record<string, DuckDBValue>> };
    return `{${entryNames.map((name, index) => `${name}=${printers[index]?.(entries[name] ?? null) ?? ''}`).join(', ')}}`;
  });
}

function mapType({ keyType, valueType }: DuckDBMapType): TrinoType {
  const [printKey, printValue] = [printer(keyType), printer(valueType)];
  return scalar('map', 0, (map) => {
    const { entries } = map as { entries: readonly { key: DuckDBValue; value: DuckDBValue }[] };
    return `{${entries.map(({ key, value }) => `${printKey(key)}=${printValue(value)}`).join(', ')}}`;
  });
}

/** Within other values null is a word. */
function printer(type: DuckDBType): (value: DuckDBValue) => string {
  const { print } = trinoType(type);
  return (value) => (value === null ? 'null' : print(value));
}

const itemsOf = (value: DuckDBValue): readonly DuckDBValue[] => (value as { items: readonly DuckDBValue[] }).items;

/** `2026-03-12 09:26:53.589`: Athena's timestamps have milliseconds. */
function printTimestamp(value: DuckDBValue): string {
  const { micros } = value as { micros: bigint };
  const ms = Number(micros / 1_000n) - (micros < 0n && micros % 1_000n !== 0n ? 1 : 0);
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
}

/** As Java prints a double: `3.0`, `0.25`, `1.0E7`, `2.5E-4`. */
function printDouble(value: DuckDBValue): string {
  const number = Number(value);
  const size = Math.abs(number);
  if (!Number.isFinite(number)) return String(number);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return withFraction(String(number));
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  return `${withFraction(digits)}E${exponent.replace('+', '')}`;
}

const withFraction = (digits: string): string => (digits.includes('.') ? digits : `${digits}.0`);
