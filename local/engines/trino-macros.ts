/**
 * Functions of Trino that DuckDB lacks or calls otherwise, as far as one expression can say them. SQL that both engines
 * know as it is stays the better choice: what is here is for questions that people ask by hand.
 */
export const TRINO_MACROS: readonly string[] = [
  'approx_distinct(x) AS approx_count_distinct(x)',
  'approx_percentile(x, p) AS approx_quantile(x, p)',
  'cardinality(x) AS len(x)',
  'day_of_week(x) AS isodow(x)',
  'element_at(x, i) AS x[i]',
  'from_iso8601_timestamp(x) AS CAST(x AS TIMESTAMP WITH TIME ZONE)',
  'from_unixtime(x) AS to_timestamp(x)',
  'json_extract_scalar(x, path) AS json_extract_string(x, path)',
  'regexp_like(x, pattern) AS regexp_matches(x, pattern)',
  'sequence(a, b) AS generate_series(a, b)',
  'to_unixtime(x) AS epoch(x)',
  "url_extract_host(x) AS regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://([^/:?#]+)', 1)",
];
