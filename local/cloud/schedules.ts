import type { Cloud, CloudResource } from './cloud.ts';
import { functionNameOf } from './identities.ts';
import { statementsOf } from './roles.ts';
import { type ScheduleTimes, scheduleTimes } from './schedule-expression.ts';

/** A function that is called by the clock. */
export type SchedulePlan = { readonly name: string; readonly functionName: string; readonly times: ScheduleTimes };

/** The schedules of the template. Throws where AWS would not carry one out: its role must let it call its function. */
export const schedulesOf = (cloud: Cloud): readonly SchedulePlan[] =>
  cloud.ofType('AWS::Scheduler::Schedule').map((schedule) => {
    const target = schedule.properties.inner('Target');
    const functionName = functionNameOf(target.text('Arn'));
    if (functionName === null) throw new Error(`${target.where}: the laptop calls functions of the template only.`);
    checkMayCall(target.text('RoleArn'), target.text('Arn'), cloud, target.where);
    return { name: schedule.name, functionName, times: timesOf(schedule) };
  });

function timesOf({ properties }: CloudResource): ScheduleTimes {
  const expression = properties.text('ScheduleExpression');
  const zone = properties.textOr('ScheduleExpressionTimezone', 'UTC');
  const times = zone === 'UTC' ? scheduleTimes(expression) : null;
  if (times === null) throw new Error(`${properties.where}: the laptop does not know "${expression}" in ${zone}.`);
  return times;
}

function checkMayCall(roleArn: string, functionArn: string, cloud: Cloud, where: string): void {
  const role = cloud.ofType('AWS::IAM::Role').find((known) => known.attribute('Arn') === roleArn);
  const allows = (role === undefined ? [] : statementsOf(role, cloud)).some(
    ({ effect, actions, resources }) =>
      effect === 'Allow' && actions.includes('lambda:InvokeFunction') && resources.includes(functionArn),
  );
  if (!allows) throw new Error(`${where}: its role does not let it call ${functionArn}.`);
}
