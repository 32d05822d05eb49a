import { randomUUID } from 'node:crypto';
import type { StateMachinePlan } from '../cloud/state-machines.ts';
import type { Executions } from '../workflows/executions.ts';
import { DATA_LIMIT_BYTES } from '../workflows/failure.ts';
import type { Execution, ExecutionStatus, Ledger } from '../workflows/ledger.ts';
import { AwsError } from './aws-json.ts';
import { describeMapRun, listMapRuns } from './step-functions-map-runs.ts';

type Input = Readonly<Record<string, unknown>>;

type Work = {
  readonly input: Input;
  readonly machines: readonly StateMachinePlan[];
  readonly ledger: Ledger;
  readonly executions: Executions;
  readonly nowMs: number;
};

type Operation = {
  /** The member that names what the caller needs a right on. */
  readonly on: 'stateMachineArn' | 'executionArn' | 'mapRunArn';
  readonly operate: (work: Work) => object;
};

/** Spaces, brackets, wildcards, what has a meaning elsewhere, control characters. */
const BAD_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;
const STATUSES: readonly string[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
] satisfies ExecutionStatus[];
const PAGE = 100;

/** Each throws AwsErrors of the types that AWS documents for it. */
const operations: Readonly<Record<string, Operation>> = {
  StartExecution: {
    on: 'stateMachineArn',
    operate({ input, machines, ledger, executions, nowMs }) {
      const machine = machineIn(input, machines);
      const name = nameIn(input);
      const given = jsonIn(input);
      const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
      const known = ledger.get(arn);
      if (known !== undefined) {
        // AWS takes the same start again while it runs; a name that has ended stays taken.
        if (known.status === 'RUNNING' && known.input === given) return started(known);
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      const execution: Execution = {
        arn,
        machineArn: machine.arn,
        name,
        input: given,
        startedAtMs: nowMs,
        status: 'RUNNING',
        stoppedAtMs: null,
        output: null,
        error: null,
        cause: null,
      };
      ledger.put(execution);
      executions.begin(execution);
      return started(execution);
    },
  },

  DescribeExecution: {
    on: 'executionArn',
    operate({ input, ledger }) {
      const execution = executionIn(input, ledger);
      const { output, error, cause } = execution;
      return {
        ...summary(execution),
        input: execution.input,
        inputDetails: { included: true },
        ...(output !== null && { output, outputDetails: { included: true } }),
        ...(error !== null && { error }),
        ...(cause !== null && { cause }),
        redriveCount: 0,
        redriveStatus: 'NOT_REDRIVABLE',
      };
    },
  },

  StopExecution: {
    on: 'executionArn',
    operate({ input, ledger, executions }) {
      const { arn } = executionIn(input, ledger);
      const { stoppedAtMs } = executions.stop(arn, textIn(input, 'error'), textIn(input, 'cause'));
      return { stopDate: (stoppedAtMs ?? 0) / 1_000 };
    },
  },

  ListExecutions: {
    on: 'stateMachineArn',
    operate({ input, machines, ledger }) {
      const machine = machineIn(input, machines);
      const status = textIn(input, 'statusFilter');
      if (status !== null && !STATUSES.includes(status)) throw invalid(`${status} is no status of an execution.`);
      const first = Number(textIn(input, 'nextToken') ?? 0);
      const limit = Number(input['maxResults'] ?? 0) || PAGE;
      if (!Number.isInteger(first) || first < 0) throw new AwsError('InvalidToken', 'Invalid nextToken.');
      const found = ledger
        .all()
        .filter((one) => one.machineArn === machine.arn && (status === null || one.status === status));
      return {
        executions: found.slice(first, first + limit).map(summary),
        ...(found.length > first + limit && { nextToken: String(first + limit) }),
      };
    },
  },

  DescribeMapRun: {
    on: 'mapRunArn',
    operate: ({ input, executions }) => describeMapRun(String(input['mapRunArn']), executions.mapRuns),
  },

  ListMapRuns: {
    on: 'executionArn',
    operate: ({ input, ledger, executions }) => listMapRuns(executionIn(input, ledger).arn, executions.mapRuns),
  },

  DescribeStateMachine: {
    on: 'stateMachineArn',
    operate({ input, machines }) {
      const { arn, name, roleArn, definition } = machineIn(input, machines);
      return {
        stateMachineArn: arn,
        name,
        roleArn,
        status: 'ACTIVE',
        type: 'STANDARD',
        definition: JSON.stringify(definition),
        creationDate: 0,
      };
    },
  },
};

export const STEP_FUNCTIONS_OPERATIONS: ReadonlyMap<string, Operation> = new Map(Object.entries(operations));

const started = ({ arn, startedAtMs }: Execution) => ({ executionArn: arn, startDate: startedAtMs / 1_000 });

const summary = ({ arn, machineArn, name, status, startedAtMs, stoppedAtMs }: Execution) => ({
  executionArn: arn,
  stateMachineArn: machineArn,
  name,
  status,
  startDate: startedAtMs / 1_000,
  ...(stoppedAtMs !== null && { stopDate: stoppedAtMs / 1_000 }),
});

function machineIn(input: Input, machines: readonly StateMachinePlan[]): StateMachinePlan {
  const found = machines.find(({ arn }) => arn === input['stateMachineArn']);
  if (found !== undefined) return found;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${String(input['stateMachineArn'])}'`);
}

function executionIn(input: Input, ledger: Ledger): Execution {
  const found = ledger.get(String(input['executionArn']));
  if (found !== undefined) return found;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(input['executionArn'])}'`);
}

function nameIn(input: Input): string {
  const name = textIn(input, 'name') ?? randomUUID();
  if (name.length > 0 && name.length <= 80 && !BAD_NAME.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

function jsonIn(input: Input): string {
  const text = textIn(input, 'input') ?? '{}';
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: it is not JSON.');
  }
  if (Buffer.byteLength(text) <= DATA_LIMIT_BYTES) return text;
  throw new AwsError('InvalidExecutionInput', `The input is longer than ${DATA_LIMIT_BYTES} bytes.`);
}

function textIn(input: Input, member: string): string | null {
  const value = input[member] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw invalid(`${member} must be text.`);
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
