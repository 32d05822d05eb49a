import { CLICKS_PREFIX, FAILURE_PREFIXES } from '../../core/lake/clicks-table.ts';
import { ROLL_UPS_PREFIX } from '../../core/lake/roll-ups-table.ts';
import { REPORTS_PREFIX } from '../../core/reports/report-place.ts';
import type { LakePlace } from '../powers.ts';
import { QUERIES_PREFIX } from './results-bucket.ts';
import type { Lake } from './surroundings.ts';

/** The ARNs of each place of the lake that a function can be given powers on. */
export const LAKE_PLACES: Readonly<Record<LakePlace, (lake: Lake) => readonly string[]>> = {
  queryWorkgroup: ({ workgroup }) => [workgroup.arn],
  lakeCatalog: ({ catalog }) => [catalog.arn, catalog.databaseArn],
  defaultDatabase: ({ catalog }) => [catalog.defaultDatabaseArn],
  clicksTable: ({ catalog }) => [catalog.clicksTableArn],
  lake: ({ bucket }) => [bucket.bucketArn],
  rollUpsTable: ({ catalog }) => [catalog.rollUpsTableArn],
  lakeClicks: ({ bucket }) => [bucket.arnForObjects(`${CLICKS_PREFIX}*`)],
  rollUps: ({ bucket }) => [bucket.arnForObjects(`${ROLL_UPS_PREFIX}*`)],
  lakeFailures: ({ bucket }) => FAILURE_PREFIXES.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
  results: ({ results }) => [results.bucketArn],
  queryResults: ({ results }) => [results.arnForObjects(`${QUERIES_PREFIX}*`)],
  reportFiles: ({ results }) => [results.arnForObjects(`${REPORTS_PREFIX}*`)],
};

export const isLakePlace = (place: string): place is LakePlace => Object.hasOwn(LAKE_PLACES, place);
