import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionPlan } from '../../../local/cloud/functions.ts';
import { type LambdaHost, startLambdaHost } from '../../../local/lambda/host.ts';

type FunctionsOf = {
  readonly root: string;
  /** Function name → its bundle. */
  readonly sources: Readonly<Record<string, string>>;
  /** What its plan says besides. */
  readonly planOf: (name: string) => Partial<FunctionPlan>;
  readonly envFor?: Parameters<typeof startLambdaHost>[0]['envFor'];
};

/** A host of functions with these sources; bundles and, below `logs`, logs are in `root`. */
export const startFunctionsOf = ({ root, sources, planOf, envFor = () => ({}) }: FunctionsOf): LambdaHost =>
  startLambdaHost({
    functions: Object.entries(sources).map(([name, source]) => ({ ...written(root, name, source), ...planOf(name) })),
    envFor,
    logsDir: join(root, 'logs'),
    compileCacheDir: null,
  });

function written(root: string, name: string, source: string): FunctionPlan {
  const assetDir = join(root, name);
  mkdirSync(assetDir);
  writeFileSync(join(assetDir, 'index.mjs'), source);
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    roleName: `${name}Role`,
    assetDir,
    handler: 'index.handler',
    env: {},
    memoryMb: 128,
    timeoutS: 20,
    reservedConcurrency: null,
    inVpc: false,
    logGroupArn: null,
  };
}
