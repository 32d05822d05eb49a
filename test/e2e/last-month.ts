import { parquetFile } from '../../adapters/parquet-file.ts';
import { encodeClickRow } from '../../core/clicks/click-row.ts';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { monthBefore } from '../../core/reports/usage-reports.ts';
import { tableRow } from '../../local/deliveries/table-row.ts';
import { aClick } from '../fixtures/clicks.ts';
import type { Product } from './product.ts';

/** Puts a click of each workspace into the lake, on the last day of last month (UTC), so that it is not too old to be kept. Answers the month. */
export async function visitLastMonth({ laptop }: Product, workspaceIds: readonly string[]) {
  const month = monthBefore(Date.now());
  const at_ms = month.endMs - 43_200_000;
  const rows = workspaceIds
    .map((workspace_id) => aClick({ id: `of ${workspace_id}`, workspace_id, at_ms }))
    .map((click) => tableRow(encodeClickRow(click), LAKE_COLUMNS));
  const hour = new Date(at_ms).toISOString();
  const key = `clicks/dt=${hour.slice(0, 10)}/hr=${hour.slice(11, 13)}/last-month.parquet`;
  await laptop.engines.s3.put(laptop.plan.deliveryStreams[0]?.bucketName ?? '', key, parquetFile(rows, LAKE_COLUMNS));
  return month;
}
