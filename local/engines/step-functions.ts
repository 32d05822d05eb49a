import type { StateMachinePlan } from '../cloud/state-machines.ts';
import { accessKeyIdOfRole } from '../lambda/function-env.ts';
import type { Executions } from '../workflows/executions.ts';
import { openLedger } from '../workflows/ledger.ts';
import type { TaskFacts } from '../workflows/tasks.ts';
import { AwsError, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, startAwsJsonServer } from './aws-json-server.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import { type Guard, guarded } from './guarded.ts';
import { STEP_FUNCTIONS_OPERATIONS } from './step-functions-operations.ts';

export type StepFunctionsEngine = Engine &
  FaultInjection & {
    /** Goes to work, first on what was running when the laptop ended. Until then every call is refused. */
    play(tasks: Omit<TaskFacts, 'authorize'>, log: (line: string) => void): Promise<Pick<Executions, 'close'>>;
  };

/** What AWS asks of the role when a machine that logs is made; it knows them on every resource only. */
const DELIVERING_LOGS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/**
 * Step Functions for the STANDARD machines of the template. What is over is kept for 90 days, at most the latest 1,000.
 * An operation that is not here answers UnknownOperationException.
 */
export async function startStepFunctions(options: {
  readonly machines: readonly StateMachinePlan[];
  readonly authorize: Authorize;
  readonly dataDir?: string;
  readonly port?: number;
  readonly nowMs?: () => number;
}): Promise<StepFunctionsEngine> {
  const { machines, authorize, dataDir = null, nowMs = Date.now } = options;
  for (const machine of machines) checkLogPowers(machine, authorize);
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize, faults };
  const ledger = openLedger(dataDir, nowMs);
  /** What plays is loaded by the first call, not by every start of the laptop. */
  let playing: (() => Promise<Executions>) | null = null;

  async function answer({ accessKeyId, operation, body }: AwsJsonCall): Promise<AwsJsonAnswer> {
    const known = STEP_FUNCTIONS_OPERATIONS.get(operation);
    if (known === undefined) {
      throw new AwsError('UnknownOperationException', `The laptop's Step Functions does not know ${operation}.`);
    }
    const input = parseJsonObject(body);
    const resourceArns = [String(input[known.on])];
    const answered = await guarded({ accessKeyId, action: `states:${operation}`, resourceArns }, guard, async () => {
      if (playing === null) throw new AwsError('ServiceUnavailable', 'The laptop is starting or closing.', 503);
      return known.operate({ input, machines, ledger, executions: await playing(), nowMs: nowMs() });
    });
    return typeof answered === 'string' ? answered : { status: 200, body: JSON.stringify(answered) };
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, version: '1.0', answer });
  return Object.assign(faults, {
    url: server.url,
    async play(tasks: Omit<TaskFacts, 'authorize'>, log: (line: string) => void) {
      const begin = async (): Promise<Executions> => {
        const { startExecutions } = await import('../workflows/executions.ts');
        return startExecutions({ machines, ledger, dataDir, tasks: { ...tasks, authorize }, log });
      };
      let begun: Promise<Executions> | null = null;
      playing = () => {
        begun ??= begin();
        return begun;
      };
      if (ledger.all().some(({ status }) => status === 'RUNNING')) await playing();
      return {
        async close() {
          playing = null;
          await (await begun)?.close();
        },
      };
    },
    async close() {
      await server.close();
      ledger.close();
    },
  });
}

function checkLogPowers({ name, roleName, logs }: StateMachinePlan, authorize: Authorize): void {
  if (!logs) return;
  for (const action of DELIVERING_LOGS) {
    const decision = authorize({ accessKeyId: accessKeyIdOfRole(roleName), action, resourceArns: ['*'] });
    if (!decision.allowed) throw new Error(`The state machine ${name} could not be made in AWS: ${decision.message}`);
  }
}
