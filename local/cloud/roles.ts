import type { Statement } from '../engines/iam.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import { globalArn } from './identity-table.ts';
import type { Properties } from './properties.ts';

export const arnOfRole = (roleName: string): string => globalArn('iam', `role/${roleName}`);

export type RolePlan = {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
};

/**
 * The roles that functions, delivery streams and state machines take, with all their statements: inline policies, `AWS::IAM::Policy` and the template's own
 * managed policies. Policies that AWS manages are refused: their text is not in the template, so they cannot be enforced.
 */
export function rolesOf(cloud: Cloud, roleNames: ReadonlySet<string>): readonly RolePlan[] {
  return cloud
    .ofType('AWS::IAM::Role')
    .filter(({ name }) => roleNames.has(name))
    .map((role) => ({ name: role.name, arn: role.attribute('Arn'), statements: statementsOf(role, cloud) }));
}

/** All statements of a role, also of one that no function takes. */
export function statementsOf(role: CloudResource, cloud: Cloud): readonly Statement[] {
  const inline = role.properties.list('Policies');
  const attached = cloud
    .ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .filter(({ properties }) => properties.texts('Roles').includes(role.name));
  const byArn = role.properties.texts('ManagedPolicyArns').map((arn) => managedPolicy(arn, role, cloud));
  const policies = [...inline, ...new Set([...attached, ...byArn].map(({ properties }) => properties))];
  return policies.flatMap((policy) => policy.inner('PolicyDocument').list('Statement').map(statementOf));
}

function managedPolicy(arn: string, role: CloudResource, cloud: Cloud): CloudResource {
  const own = cloud.ofType('AWS::IAM::ManagedPolicy').find((policy) => policy.ref() === arn);
  if (own !== undefined) return own;
  throw new Error(
    `Role ${role.name} has the managed policy ${arn}. Its statements are not in the template, so the laptop cannot ` +
      'enforce them; write the needed statements into the role.',
  );
}

export function statementOf(statement: Properties): Statement {
  for (const unsupported of ['NotAction', 'NotResource']) {
    if (statement.has(unsupported))
      throw new Error(`${statement.where} uses ${unsupported}, which the laptop refuses.`);
  }
  return {
    effect: statement.text('Effect') === 'Deny' ? 'Deny' : 'Allow',
    actions: oneOrMore(statement, 'Action'),
    resources: oneOrMore(statement, 'Resource'),
    ...(statement.has('Condition') && { condition: statement.raw('Condition') }),
  };
}

const oneOrMore = (statement: Properties, name: string): readonly string[] =>
  Array.isArray(statement.raw(name)) ? statement.texts(name) : [statement.text(name)];
