import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type ParquetColumn, type ParquetRow, parquetFile } from '../../../adapters/parquet-file.ts';
import { type AthenaEngine, type AthenaOptions, startAthena } from '../../../local/engines/athena.ts';
import { type S3Engine, startS3 } from '../../../local/engines/s3.ts';
import { CLIENT, everyone } from './everyone.ts';

export const DATABASE = 'signpost_test';
export const WORKGROUP = {
  name: 'signpost-test',
  arn: 'arn:aws:athena:us-east-1:000000000000:workgroup/signpost-test',
  outputBucket: 'results',
  outputPrefix: 'queries/',
  cutoffBytes: null,
};

export const COLUMNS = [
  { name: 'id', type: 'string' },
  { name: 'tags', type: 'array<string>' },
  { name: 'clicked_at', type: 'timestamp' },
  { name: 'bot', type: 'boolean' },
  { name: 'clicks', type: 'bigint' },
] as const;

/** A small lake with Athena before it. */
export type AthenaLake = {
  readonly engine: AthenaEngine;
  readonly client: AthenaClient;
  readonly s3: S3Engine;
  /** Puts one file into a partition. */
  add(rows: readonly ParquetRow[], partition?: string, columns?: readonly ParquetColumn[]): void;
  close(): Promise<void>;
};

export async function startAthenaLake(root: string, options: Partial<AthenaOptions> = {}): Promise<AthenaLake> {
  const bucketsDir = join(root, 's3');
  const s3 = await startS3({
    root: bucketsDir,
    isDurable: false,
    buckets: [WORKGROUP.outputBucket, 'lake'].map((name) => ({
      name,
      arn: `arn:aws:s3:::${name}`,
      cors: [],
      expiry: [],
    })),
    authorize: everyone,
    secretFor: () => 'test',
  });
  const folder = join(bucketsDir, 'lake', 'clicks');
  const catalog = (part: string) => `arn:aws:glue:us-east-1:000000000000:${part}`;
  const databaseArns = [catalog('catalog'), catalog(`database/${DATABASE}`)];
  const engine = await startAthena({
    workgroups: [WORKGROUP],
    tables: [
      {
        database: DATABASE,
        name: 'clicks',
        columns: COLUMNS,
        partitions: [
          { name: 'dt', type: 'string' },
          { name: 'hr', type: 'int' },
        ],
        folder,
        bucketArn: 'arn:aws:s3:::lake',
        prefix: 'clicks/',
        databaseArns,
        tableArns: [...databaseArns, catalog(`table/${DATABASE}/clicks`)],
      },
    ],
    defaultDatabaseArns: [catalog('catalog'), catalog('database/default')],
    results: s3,
    spillDir: join(root, 'spill'),
    authorize: everyone,
    ...options,
  });
  const client = new AthenaClient({ ...CLIENT, endpoint: engine.url });
  return {
    engine,
    client,
    s3,
    add(rows, partition = 'dt=2026-03-12/hr=09', columns = COLUMNS) {
      mkdirSync(join(folder, partition), { recursive: true });
      writeFileSync(join(folder, partition, `${randomUUID()}.parquet`), parquetFile(rows, columns));
    },
    async close() {
      client.destroy();
      await engine.close();
      await s3.close();
    },
  };
}
