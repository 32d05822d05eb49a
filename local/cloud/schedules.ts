import type { Cloud, CloudResource } from './cloud.ts';
import { functionNameOf } from './identities.ts';
import { statementsOf } from './roles.ts';

/** A function that is called every so often. */
export type SchedulePlan = { readonly name: string; readonly functionName: string; readonly everyS: number };

const UNIT_S: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** The schedules of the template. Throws where AWS would not carry one out: its role must let it call its function. */
export const schedulesOf = (cloud: Cloud): readonly SchedulePlan[] =>
  cloud.ofType('AWS::Scheduler::Schedule').map((schedule) => {
    const target = schedule.properties.inner('Target');
    const functionName = functionNameOf(target.text('Arn'));
    if (functionName === null) throw new Error(`${target.where}: the laptop calls functions of the template only.`);
    checkMayCall(target.text('RoleArn'), target.text('Arn'), cloud, target.where);
    return { name: schedule.name, functionName, everyS: intervalOf(schedule) };
  });

function intervalOf({ properties }: CloudResource): number {
  const expression = properties.text('ScheduleExpression');
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitS = UNIT_S[unit];
  if (unitS === undefined) throw new Error(`${properties.where}: the laptop does not know "${expression}".`);
  return Number(count) * unitS;
}

function checkMayCall(roleArn: string, functionArn: string, cloud: Cloud, where: string): void {
  const role = cloud.ofType('AWS::IAM::Role').find((known) => known.attribute('Arn') === roleArn);
  const allows = (role === undefined ? [] : statementsOf(role, cloud)).some(
    ({ effect, actions, resources }) =>
      effect === 'Allow' && actions.includes('lambda:InvokeFunction') && resources.includes(functionArn),
  );
  if (!allows) throw new Error(`${where}: its role does not let it call ${functionArn}.`);
}
