import type { UsageReportsDeps } from '../../core/reports/usage-reports.ts';
import { orderUsageReports } from '../../core/reports/usage-reports.ts';

/** On the first of each month: a report on the last one's usage for every workspace that was visited. */
export const usageReportsHandler = (deps: UsageReportsDeps) => async (): Promise<{ readonly workspaces: number }> => ({
  workspaces: await orderUsageReports(deps),
});
