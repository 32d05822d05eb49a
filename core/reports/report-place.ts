/**
 * ★ Fact file: where the files of reports lie in the results bucket, and for how long. Roles and the bucket's lifecycle are made
 * from these as well as keys and what is told of a report.
 */

/** Below it `<workspace_id>/<report_id>.<format>`. */
export const REPORTS_PREFIX = 'reports/';
export const REPORT_KEPT_DAYS = 30;
