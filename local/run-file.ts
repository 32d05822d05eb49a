import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the command line reaches the laptop that runs on a data folder; readable by its owner only. */
export type Run = {
  /** `http://127.0.0.1:port` of Lambda's Invoke. */
  readonly lambda_url: string;
  readonly access_key_id: string;
  readonly admin_function: string;
  readonly app_url: string;
  /** Of the S3 engine. */
  readonly s3_url: string;
  /** Where failed records lie. */
  readonly failure_buckets: readonly string[];
};

const pathIn = (dataPath: string): string => join(dataPath, 'run.json');

/** After `kill -9` the file stays behind; then nobody answers at its address. */
export function writeRunFile(dataPath: string, run: Run): void {
  // An old file would keep its mode.
  removeRunFile(dataPath);
  writeFileSync(pathIn(dataPath), `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
}

export const removeRunFile = (dataPath: string): void => rmSync(pathIn(dataPath), { force: true });

/** Null where no laptop ever ran on the folder, or the last one stopped in order. */
export function readRunFile(dataPath: string): Run | null {
  try {
    return JSON.parse(readFileSync(pathIn(dataPath), 'utf8')) as Run;
  } catch {
    return null;
  }
}
