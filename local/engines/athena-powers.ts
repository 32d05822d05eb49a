import { type Execution, outputKey } from './athena-execution.ts';
import type { Authorize } from './engine.ts';

/** A table as the catalog and its bucket know it. */
export type TableArns = {
  /** What a lookup of its database is judged by, and of itself. */
  readonly databaseArns: readonly string[];
  readonly tableArns: readonly string[];
  readonly bucketArn: string;
  /** Below it are its files; ends in a slash. */
  readonly prefix: string;
};

const FINDING = ['s3:GetBucketLocation', 's3:ListBucket'];
const WRITING_IN_BUCKET = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
const WRITING = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'];

/**
 * Athena has no role of its own: it looks tables up, reads them and writes the answer in the name of whoever asks. Tells IAM's
 * sentence about the first thing that the caller may not do, in Athena's words; null where all is allowed.
 */
export function missingPower(
  execution: Execution,
  tables: readonly TableArns[],
  defaultDatabaseArns: readonly string[],
  authorize: Authorize,
): string | null {
  const { accessKeyId, workgroup } = execution;
  const denial = (actions: readonly string[], resourceArns: readonly string[]): string | null => {
    for (const action of actions) {
      const decision = authorize({ accessKeyId, action, resourceArns });
      if (!decision.allowed) return decision.message;
    }
    return null;
  };
  const resultsArn = `arn:aws:s3:::${workgroup.outputBucket}`;
  const output = outputKey(execution);

  const lookedUp =
    denial(['glue:GetDatabase'], defaultDatabaseArns) ??
    first(
      tables,
      ({ databaseArns, tableArns }) =>
        denial(['glue:GetDatabase'], databaseArns) ?? denial(['glue:GetTable'], tableArns),
    );
  if (lookedUp !== null) return `Insufficient permissions to execute the query. ${lookedUp}`;
  for (const { bucketArn, prefix } of tables) {
    const read = denial(FINDING, [bucketArn]) ?? denial(['s3:GetObject'], [`${bucketArn}/${prefix}any`]);
    if (read !== null)
      return `Permission denied on S3 path: ${bucketArn.replace('arn:aws:s3:::', 's3://')}/${prefix}. ${read}`;
  }
  const written = denial(WRITING_IN_BUCKET, [resultsArn]) ?? denial(WRITING, [`${resultsArn}/${output}`]);
  if (written === null) return null;
  return `Access denied when writing output to url: s3://${workgroup.outputBucket}/${output}. ${written}`;
}

function first<Item>(items: readonly Item[], look: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}
