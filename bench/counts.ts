import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TABLES } from '../adapters/table.ts';
import { startDynamoDb } from '../local/engines/dynamodb.ts';
import type { CountingCost } from './handlers/counting.ts';
import { printTable } from './report.ts';

/**
 * The question: what does counting a click cost, and how does that fall with traffic? One shard with all it takes, a
 * thousand clicks a second, on links that are visited once, a hundred and ten thousand times a minute, handed over every
 * second and every five. Each case runs in a fresh process with a fresh table; units are what the engine reports by
 * DynamoDB's rules.
 */
const CLICKS_PER_S = 1_000;
const CASES = [
  { clicksPerMinute: 1, links: 60_000, workspaces: 100, warmUpBatches: 1, batches: 2 },
  { clicksPerMinute: 100, links: 600, workspaces: 10, warmUpBatches: 5, batches: 5 },
  { clicksPerMinute: 10_000, links: 6, workspaces: 2, warmUpBatches: 5, batches: 5 },
] as const;
const SECONDS_PER_BATCH = [1, 5] as const;
const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('handlers/counting.ts', import.meta.url));

export async function benchCounts(): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const { clicksPerMinute, links, workspaces, warmUpBatches, batches } of CASES) {
    for (const secondsPerBatch of SECONDS_PER_BATCH) {
      const cost = await costOf([links, workspaces, CLICKS_PER_S * secondsPerBatch, warmUpBatches, batches]);
      rows.push([
        clicksPerMinute.toLocaleString('en'),
        `${links.toLocaleString('en')} in ${workspaces}`,
        `${secondsPerBatch} s`,
        cost.transactionsPerBatch.toFixed(0),
        cost.itemsPerClick.toFixed(2),
        cost.writeUnitsPerClick.toFixed(1),
        cost.readUnitsPerClick.toFixed(2),
        Math.round(1_000_000 / cost.cpuUsPerClick).toLocaleString('en'),
      ]);
    }
  }
  printTable(
    `Counting ${CLICKS_PER_S.toLocaleString('en')} clicks a second of one shard`,
    [
      'clicks per link and minute',
      'links in workspaces',
      'batch of',
      'transactions per batch',
      'items written per click',
      'write units per click',
      'read units per click',
      'clicks per CPU-second',
    ],
    rows,
  );
}

async function costOf(size: readonly number[]): Promise<CountingCost> {
  const dynamodb = await startDynamoDb({ authorize: () => ({ allowed: true }) });
  try {
    const { byWorkspaceClicks } = TABLES.counts.indexes;
    await dynamodb.createTable({
      name: 'counts',
      partitionKey: 'pk',
      sortKey: 'sk',
      attributes: { pk: 'S', sk: 'S', workspace_id: 'S', total: 'N' },
      indexes: [
        {
          name: 'byWorkspaceClicks',
          partitionKey: byWorkspaceClicks.partitionKey,
          sortKey: byWorkspaceClicks.sortKey.name,
          projection: byWorkspaceClicks.projection,
        },
      ],
    });
    const env = {
      ...process.env,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'BENCH',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    };
    const { stdout } = await run(process.execPath, [CHILD, ...size.map(String)], { env });
    return JSON.parse(stdout) as CountingCost;
  } finally {
    await dynamodb.close();
  }
}
