import { join } from 'node:path';
import type { EventBusPlan } from '../cloud/event-buses.ts';
import { passes } from '../cloud/event-pattern.ts';
import { AwsError, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, startAwsJsonServer } from './aws-json-server.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import { type EventLogFile, eventLogFile } from './event-log-file.ts';
import { type Guard, guarded } from './guarded.ts';
import { type EntryAnswer, entriesOf, eventOf, type PutEntry } from './put-events.ts';

export type EventBridgeEngine = Engine &
  FaultInjection & {
    /** The file that stands for a log group which rules write to. */
    logPath(logGroup: string): string;
  };

/**
 * EventBridge, PutEvents only, for the buses of the template. An event that is taken is in the files of all rules that match it
 * before it is acknowledged, so there is nothing else to keep. A file that cannot be written fails its entry, which the
 * caller sends again, where AWS would try again by itself.
 */
export async function startEventBridge(options: {
  readonly buses: readonly EventBusPlan[];
  /** Log groups are files below it. */
  readonly logsDir: string;
  readonly authorize: Authorize;
  readonly port?: number;
  readonly nowMs?: () => number;
}): Promise<EventBridgeEngine> {
  const { buses, logsDir, nowMs = Date.now } = options;
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize: options.authorize, faults };
  const logPath = (logGroup: string): string => join(logsDir, `${logGroup}.log`);
  const groups = new Set(buses.flatMap(({ rules }) => rules.flatMap(({ logGroups }) => logGroups)));
  const files = new Map<string, EventLogFile>(Array.from(groups, (group) => [group, eventLogFile(logPath(group))]));

  function busNamed(nameOrArn: string): EventBusPlan {
    const bus = buses.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
    // AWS takes such events and drops them.
    if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
    return bus;
  }

  function put(entry: PutEntry): EntryAnswer {
    const event = eventOf(entry, nowMs());
    if ('ErrorCode' in event) return event;
    const matching = busNamed(entry.busName).rules.filter(({ pattern }) => passes(pattern, event));
    try {
      for (const group of new Set(matching.flatMap(({ logGroups }) => logGroups))) {
        files.get(group)?.append(JSON.stringify(event));
      }
      return { EventId: event.id };
    } catch (error) {
      return { ErrorCode: 'InternalException', ErrorMessage: String(error) };
    }
  }

  async function answer({ accessKeyId, operation, body }: AwsJsonCall): Promise<AwsJsonAnswer> {
    if (operation !== 'PutEvents') {
      throw new AwsError('UnknownOperationException', `The laptop's EventBridge does not know ${operation}.`);
    }
    const entries = entriesOf(parseJsonObject(body));
    const resourceArns = [...new Set(entries.map(({ busName }) => busNamed(busName).arn))];
    const answered = await guarded({ accessKeyId, action: 'events:PutEvents', resourceArns }, guard, () => {
      const Entries = entries.map(put);
      return { FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries };
    });
    return typeof answered === 'string' ? answered : { status: 200, body: JSON.stringify(answered) };
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, version: '1.1', answer });
  return Object.assign(faults, {
    url: server.url,
    logPath,
    close: () => server.close(),
  });
}
