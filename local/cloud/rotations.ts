import type { Cloud, CloudResource } from './cloud.ts';
import { functionNameOf } from './identities.ts';
import { functionArn } from './identity-table.ts';
import type { Properties } from './properties.ts';

/** How a secret is renewed. */
export type RotationPlan = {
  readonly functionName: string;
  readonly functionArn: string;
  readonly everyS: number;
  /** Whether the first rotation comes when the schedule is made, not only when it is due. */
  readonly atOnce: boolean;
  /** As in the template: `{AutomaticallyAfterDays}` or `{ScheduleExpression}`. */
  readonly rules: Readonly<Record<string, unknown>>;
};

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/**
 * The rotation of a secret; null where nothing renews it. Throws where AWS would not make it: the function must allow
 * Secrets Manager to call it.
 */
export function rotationOf(secret: CloudResource, cloud: Cloud): RotationPlan | null {
  const schedule = cloud
    .ofType('AWS::SecretsManager::RotationSchedule')
    .find(({ properties }) => [secret.ref(), secret.name].includes(properties.text('SecretId')));
  if (schedule === undefined) return null;
  const { properties } = schedule;
  const functionName = functionNameOf(properties.textOr('RotationLambdaARN', ''));
  if (functionName === null)
    throw new Error(`${properties.where}: the laptop rotates by functions of the template only.`);
  checkMayBeCalled(functionName, properties, cloud);
  const rules = properties.inner('RotationRules');
  return {
    functionName,
    functionArn: functionArn(functionName),
    everyS: intervalOf(rules),
    atOnce: properties.raw('RotateImmediatelyOnUpdate') !== false,
    rules: properties.raw('RotationRules') as RotationPlan['rules'],
  };
}

function checkMayBeCalled(functionName: string, { where }: Properties, cloud: Cloud): void {
  const allowed = cloud
    .ofType('AWS::Lambda::Permission')
    .some(
      ({ properties }) =>
        [functionName, functionArn(functionName)].includes(properties.text('FunctionName')) &&
        properties.text('Principal') === 'secretsmanager.amazonaws.com',
    );
  if (!allowed) throw new Error(`${where}: ${functionName} does not allow Secrets Manager to call it.`);
}

function intervalOf(rules: Properties): number {
  const days = rules.numberOr('AutomaticallyAfterDays', null);
  if (days !== null) return days * DAY_S;
  const expression = rules.textOr('ScheduleExpression', '');
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) throw new Error(`${rules.where}: the laptop does not know the schedule "${expression}".`);
  return Number(count) * (unit === 'hour' ? HOUR_S : DAY_S);
}
