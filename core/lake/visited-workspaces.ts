import type { Span } from '../clicks/time-range.ts';
import { clicksBetween } from './clicks-between.ts';
import type { Sql } from './sql.ts';
import { sql } from './sql.ts';

/** Every workspace that was visited. */
export const visitedWorkspaces = (span: Span): Sql =>
  sql`SELECT DISTINCT workspace_id
FROM ${clicksBetween({ span, workspaceId: null, link: null, tag: null, filters: {} })}
ORDER BY workspace_id`;
