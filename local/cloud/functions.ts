import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud, CloudResource } from './cloud.ts';

export type FunctionPlan = {
  readonly name: string;
  readonly arn: string;
  readonly roleName: string;
  /** Folder of the synthesized asset. */
  readonly assetDir: string;
  /** `index.handler`: file without extension, dot, export. */
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutS: number;
  /** Calls that may run at once; null is without limit. */
  readonly reservedConcurrency: number | null;
  readonly inVpc: boolean;
  readonly logGroupArn: string | null;
};

export const functionsOf = (cloud: Cloud): readonly FunctionPlan[] =>
  cloud.ofType('AWS::Lambda::Function').map((resource) => functionOf(resource, cloud));

function functionOf(resource: CloudResource, cloud: Cloud): FunctionPlan {
  const { properties, name } = resource;
  const logGroupName = properties.inner('LoggingConfig').textOr('LogGroup', null);
  const logGroup = cloud.ofType('AWS::Logs::LogGroup').find((group) => group.name === logGroupName);
  return {
    name,
    arn: resource.attribute('Arn'),
    roleName: roleNameOf(properties.text('Role')),
    assetDir: assetDirOf(resource),
    handler: properties.text('Handler'),
    env: properties.inner('Environment').textMap('Variables'),
    memoryMb: properties.numberOr('MemorySize', 128),
    timeoutS: properties.numberOr('Timeout', 3),
    reservedConcurrency: properties.numberOr('ReservedConcurrentExecutions', null),
    inVpc: properties.inner('VpcConfig').texts('SubnetIds').length > 0,
    logGroupArn: logGroup?.attribute('Arn') ?? null,
  };
}

export const roleNameOf = (roleArn: string): string => roleArn.slice(roleArn.lastIndexOf('/') + 1);

/** Assets of the default synthesizer have the key `<hash>.zip` in the bucket and the folder `asset.<hash>` on disk. */
function assetDirOf({ properties, stack, logicalId }: CloudResource): string {
  const key = properties.inner('Code').textOr('S3Key', null);
  if (key === null) throw new Error(`${stack.name}/${logicalId} has inline code; the laptop runs assets only.`);
  const assetDir = join(stack.assetsDir, `asset.${key.replace(/^.*\//, '').replace(/\.zip$/, '')}`);
  if (!existsSync(assetDir)) throw new Error(`${stack.name}/${logicalId}: its asset ${assetDir} is missing.`);
  return assetDir;
}
