import type { Json } from './definition.ts';
import type { Context } from './language.ts';

/** What an execution is to itself and to the world. */
export type ExecutionFacts = {
  readonly arn: string;
  readonly name: string;
  readonly input: Json;
  readonly startedAtMs: number;
  readonly machine: { readonly name: string; readonly arn: string; readonly roleArn: string };
};

/** What `$$` shows in every state; `Run` is AWS's `Execution`. */
export const contextOf = ({ arn, name, input, startedAtMs, machine }: ExecutionFacts): Context => ({
  Run: {
    Id: arn,
    Input: input,
    Name: name,
    RoleArn: machine.roleArn,
    StartTime: new Date(startedAtMs).toISOString(),
    RedriveCount: 0,
  },
  StateMachine: { Id: machine.arn, Name: machine.name },
});
