import type { ChildResult } from './journal.ts';

/** A child of a distributed map as AWS writes it down. */
export type ChildRecord = {
  readonly ExecutionArn: string;
  readonly Name: string;
  readonly StateMachineArn: string;
  readonly Status: ChildResult['status'];
  readonly StartDate: string;
  readonly StopDate: string;
  readonly Input: string;
  readonly InputDetails: { readonly Included: true };
  readonly Output?: string;
  readonly OutputDetails?: { readonly Included: true };
  readonly Error?: string;
  readonly Cause?: string;
  readonly RedriveCount: 0;
  readonly RedriveStatus: 'NOT_REDRIVABLE';
};

/** `machineArn` is the parent's with the map's label behind it. */
export function recordOf(child: ChildResult, machineArn: string): ChildRecord {
  const { name, status, startedAtMs, stoppedAtMs, input, output, error, cause } = child;
  return {
    ExecutionArn: childArn(machineArn, name),
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: name,
    ...(output !== undefined && { Output: JSON.stringify(output), OutputDetails: { Included: true } }),
    ...(error !== undefined && { Error: error }),
    ...(cause !== undefined && { Cause: cause }),
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    StartDate: new Date(startedAtMs).toISOString(),
    StateMachineArn: machineArn,
    Status: status,
    StopDate: new Date(stoppedAtMs).toISOString(),
  };
}

export const childArn = (machineArn: string, name: string): string =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
