import type { BotPolicy } from '../clicks/range-counts.ts';
import type { Dimension } from '../clicks/row.ts';
import { clickMeasures, measuredClicks } from './click-measures.ts';
import type { ClicksAsked } from './clicks-between.ts';
import type { Sql } from './sql.ts';
import { joined, name, sql, whole } from './sql.ts';

/** Clicks by the values of one or more dimensions, most clicks first; a click without a value has the empty one. */
export function breakdownReport(asked: ClicksAsked, by: readonly Dimension[], policy: BotPolicy, maxRows: number): Sql {
  const values = joined(by.map(name), sql`, `);
  return sql`SELECT ${values}, ${clickMeasures(policy)}
FROM ${measuredClicks(asked, by)}
GROUP BY ${values}
ORDER BY clicks DESC, ${values}
LIMIT ${whole(maxRows)}`;
}
