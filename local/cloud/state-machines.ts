import type { Definition } from '../workflows/definition.ts';
import { definitionOf } from '../workflows/refusals.ts';
import type { Cloud, CloudResource } from './cloud.ts';
import { roleNameOf } from './functions.ts';

/** A state machine of the templates, its definition ready to be played. */
export type StateMachinePlan = {
  readonly name: string;
  readonly arn: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly definition: Definition;
  /** Whether it logs, for which its role needs powers. */
  readonly logs: boolean;
};

/** Throws an Error that names the machine, and the state, for what the laptop cannot play. */
export const stateMachinesOf = (cloud: Cloud): readonly StateMachinePlan[] =>
  cloud.ofType('AWS::StepFunctions::StateMachine').map(stateMachineOf);

function stateMachineOf(resource: CloudResource): StateMachinePlan {
  const { name, properties, stack, logicalId } = resource;
  const where = `${stack.name}/${logicalId}`;
  if (properties.textOr('StateMachineType', 'STANDARD') !== 'STANDARD') {
    throw new Error(`${where}: the laptop starts STANDARD state machines only.`);
  }
  const roleArn = properties.text('RoleArn');
  return {
    name,
    arn: resource.ref(),
    roleName: roleNameOf(roleArn),
    roleArn,
    definition: definitionOf(JSON.parse(properties.text('DefinitionString')), where),
    logs: properties.inner('LoggingConfiguration').textOr('Level', 'OFF') !== 'OFF',
  };
}
