/** What a plan of DuckDB reads from Parquet files at one place. */
export type FileScan = {
  /** Words of the plan among which are the names of all columns that are read. */
  readonly words: ReadonlySet<string>;
  /** Conditions on partitions, as SQL; all of them hold for the files that are opened. */
  readonly fileFilters: readonly string[];
};

type Info = Readonly<Record<string, string | readonly string[]>>;
type PlanNode = { readonly name: string; readonly children: readonly PlanNode[]; readonly extra_info: Info };

/** Reads what `EXPLAIN (FORMAT json)` says. */
export function fileScans(explained: string): readonly FileScan[] {
  return (JSON.parse(explained) as readonly PlanNode[]).flatMap(scansBelow);
}

function scansBelow({ name, children, extra_info: info }: PlanNode): readonly FileScan[] {
  const below = children.flatMap(scansBelow);
  if (name.trim() !== 'READ_PARQUET') return below;
  const said = [info['Projections'], info['Filters']].flat().join(' ');
  const words = new Set(said.replaceAll(/'(?:[^']|'')*'/g, '').match(/\w+/g));
  return [{ words, fileFilters: conditionsIn([info['File Filters'] ?? ''].flat().join('')) }, ...below];
}

/** DuckDB writes conditions one behind the other: `(dt > '2026-11-10')((hr = 3) OR (hr = 4))`. */
function conditionsIn(text: string): readonly string[] {
  const conditions: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: sign, index } of text.matchAll(/'(?:[^']|'')*'|[()]/g)) {
    if (sign === '(') depth += 1;
    if (sign !== ')') continue;
    depth -= 1;
    if (depth > 0) continue;
    conditions.push(text.slice(start, index + 1));
    start = index + 1;
  }
  return conditions;
}
