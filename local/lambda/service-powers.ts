import type { CachePlan } from '../cloud/caches.ts';
import type { FunctionPlan } from '../cloud/functions.ts';
import type { Authorize } from '../engines/engine.ts';
import { accessKeyIdOfRole } from './function-env.ts';

const WRITING_LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const JOINING_A_VPC = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Asks for what Lambda and ElastiCache would ask of the function's role when its environment starts: logs, network
 * interfaces, entering the cache that its variables name. Throws an Error with IAM's own sentence on a refusal.
 */
export function checkServicePowers(plan: FunctionPlan, caches: readonly CachePlan[], authorize: Authorize): void {
  const ask = (action: string, resourceArn: string): void => {
    const call = { accessKeyId: accessKeyIdOfRole(plan.roleName), action, resourceArns: [resourceArn] };
    const decision = authorize(call);
    if (!decision.allowed) throw new Error(`The function ${plan.name} could not start in AWS: ${decision.message}`);
  };
  if (plan.logGroupArn !== null) {
    const logStreamArn = plan.logGroupArn.replace(/:\*$/, ':log-stream:laptop');
    for (const action of WRITING_LOGS) ask(action, logStreamArn);
  }
  if (plan.inVpc) for (const action of JOINING_A_VPC) ask(action, '*');
  const variables = Object.values(plan.env);
  for (const { hostname, connectArns } of caches) {
    if (!variables.some((value) => value.includes(hostname))) continue;
    for (const arn of connectArns) ask('elasticache:Connect', arn);
  }
}
