import fs, { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { EventBusPlan } from '../../../local/cloud/event-buses.ts';
import { type EventBridgeEngine, startEventBridge } from '../../../local/engines/event-bridge.ts';
import { eventLogFile } from '../../../local/engines/event-log-file.ts';
import { roleAuthorizer } from '../../../local/engines/iam.ts';
import { CLIENT, CREDENTIALS, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const arnOf = (name: string): string => `arn:aws:events:us-east-1:000000000000:event-bus/${name}`;
const ALL = '/aws/events/all';
const SOME = '/aws/events/some';
const BUSES: readonly EventBusPlan[] = [
  {
    name: 'facts',
    arn: arnOf('facts'),
    rules: [
      { name: 'all', pattern: { source: ['signpost'] }, logGroups: [ALL] },
      { name: 'some', pattern: { 'detail-type': [{ prefix: 'qr.' }], detail: { ok: [true] } }, logGroups: [SOME] },
    ],
  },
];

type Put = (...entries: readonly PutEventsRequestEntry[]) => ReturnType<typeof put>;
const put = (client: EventBridgeClient, Entries: readonly PutEventsRequestEntry[]) =>
  client.send(new PutEventsCommand({ Entries: [...Entries] }));

async function withEngine(
  use: (engine: EventBridgeEngine, put: Put, client: EventBridgeClient) => Promise<void>,
  { authorize = everyone, logsDir = newFolder() } = {},
): Promise<void> {
  const engine = await startEventBridge({ buses: BUSES, logsDir, authorize, nowMs: () => Date.UTC(2026, 10, 21, 9) });
  const client = new EventBridgeClient({ ...CLIENT, endpoint: engine.url });
  try {
    await use(engine, (...entries) => put(client, entries), client);
  } finally {
    client.destroy();
    await engine.close();
  }
}

const entry = (given: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'facts',
  Source: 'signpost',
  DetailType: 'qr.done',
  Detail: '{"ok":true}',
  ...given,
});
const linesIn = (engine: EventBridgeEngine, group: string): unknown[] =>
  readFileSync(engine.logPath(group), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
const refused = (name: string) => expect.objectContaining({ name }) as unknown;

describe('an event', () => {
  it('is written down by every rule that matches, as AWS hands it to targets', () =>
    withEngine(async (engine, send) => {
      const answer = await send(
        entry({ Time: new Date('2026-11-21T08:07:06.5Z'), Resources: ['arn:one'] }),
        entry({ Detail: '{}' }),
      );
      expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }, {}] });
      const first = {
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        'detail-type': 'qr.done',
        source: 'signpost',
        account: '000000000000',
        time: '2026-11-21T08:07:06Z',
        region: 'us-east-1',
        resources: ['arn:one'],
        detail: { ok: true },
      };
      expect(linesIn(engine, ALL)).toEqual([
        first,
        expect.objectContaining({ time: '2026-11-21T09:00:00Z', detail: {} }),
      ]);
      expect(linesIn(engine, SOME)).toEqual([first]);
      expect(statSync(engine.logPath(ALL)).mode & 0o077).toBe(0);
    }));

  it('may name its bus by ARN', () =>
    withEngine(async (engine, send) => {
      await send(entry({ EventBusName: arnOf('facts') }));
      expect(linesIn(engine, ALL)).toHaveLength(1);
    }));

  it('that no rule matches is taken, and goes nowhere', () =>
    withEngine(async (engine, send) => {
      expect(await send(entry({ Source: 'else', DetailType: 'done' }))).toMatchObject({ FailedEntryCount: 0 });
      expect([linesIn(engine, ALL), linesIn(engine, SOME)]).toEqual([[], []]);
    }));

  it.each<[given: Partial<PutEventsRequestEntry>, code: string]>([
    [{ Source: undefined }, 'InvalidArgument'],
    [{ DetailType: '' }, 'InvalidArgument'],
    [{ Detail: undefined }, 'InvalidArgument'],
    [{ Detail: 'no JSON' }, 'MalformedDetail'],
    [{ Detail: '[1]' }, 'MalformedDetail'],
    [{ Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
  ])('%j fails alone, as %s', (given, ErrorCode) =>
    withEngine(async (engine, send) => {
      const { FailedEntryCount, Entries } = await send(entry(), entry(given), entry());
      expect([FailedEntryCount, Entries?.[1]]).toEqual([1, expect.objectContaining({ ErrorCode })]);
      expect(linesIn(engine, ALL)).toHaveLength(2);
    }),
  );

  it('is kept by the file of its log group when the engine starts again, whole lines only', async () => {
    const logsDir = newFolder();
    await withEngine(async (_, send) => void (await send(entry())), { logsDir });
    appendFileSync(join(logsDir, `${ALL}.log`), '{"cut off');
    await withEngine(
      async (engine, send) => {
        await send(entry());
        expect(linesIn(engine, ALL)).toHaveLength(2);
      },
      { logsDir },
    );
  });

  it('is in the file when it is acknowledged, and stays there when its answer is lost', () =>
    withEngine(async (engine, send) => {
      engine.faultFor = () => ({ kind: 'lose-answer' });
      await expect(send(entry())).rejects.toThrow();
      expect(linesIn(engine, ALL)).toHaveLength(1);
    }));
});

describe('a log file', () => {
  it('takes back what it could not write whole', () => {
    const path = join(newFolder(), 'deep', 'events.log');
    const file = eventLogFile(path);
    file.append('one');
    const full = jest.spyOn(fs, 'writeSync').mockImplementationOnce((fd) => {
      fs.appendFileSync(fd, 'tw');
      throw new Error('ENOSPC');
    });
    expect(() => file.append('two')).toThrow('ENOSPC');
    full.mockRestore();
    file.append('three');
    expect(readFileSync(path, 'utf8')).toBe('one\nthree\n');
  });

  it('may be taken away at any time', () => {
    const folder = join(newFolder(), 'deep');
    const file = eventLogFile(join(folder, 'events.log'));
    file.append('one');
    fs.rmSync(folder, { recursive: true });
    file.append('two');
    expect(readFileSync(join(folder, 'events.log'), 'utf8')).toBe('two\n');
  });
});

describe('a call', () => {
  it.each<[what: string, entries: readonly PutEventsRequestEntry[], name: string]>([
    ['of nothing', [], 'ValidationException'],
    ['of eleven events', Array.from({ length: 11 }, () => entry()), 'ValidationException'],
    [
      'of more than a megabyte',
      [entry(), entry({ Detail: JSON.stringify({ text: 'x'.repeat(1_048_576) }) })],
      'ValidationException',
    ],
    ['to a bus that is not there', [entry(), entry({ EventBusName: 'nowhere' })], 'ResourceNotFoundException'],
    ['to the default bus', [entry({ EventBusName: undefined })], 'ResourceNotFoundException'],
    ['with a trace', [entry({ TraceHeader: 'Root=1' })], 'ValidationException'],
  ])('%s is refused as a whole', (_what, entries, name) =>
    withEngine(async (engine, send) => {
      await expect(send(...entries)).rejects.toEqual(refused(name));
      expect(linesIn(engine, ALL)).toEqual([]);
    }),
  );

  it('for another operation is one that nobody knows', () =>
    withEngine(async (_engine, _send, client) => {
      await expect(client.send(new ListRulesCommand({}))).rejects.toEqual(refused('UnknownOperationException'));
    }));

  it('needs the power to put events on that bus', async () => {
    const statements = [{ effect: 'Allow', actions: ['events:PutEvents'], resources: [arnOf('another')] }] as const;
    const iam = roleAuthorizer([{ name: 'Announce', ...CREDENTIALS, statements }]);
    await withEngine(
      async (engine, send) => {
        await expect(send(entry())).rejects.toEqual(refused('AccessDeniedException'));
        expect([...iam.denials()].join()).toContain(`events:PutEvents on resource: ${arnOf('facts')}`);
        expect(existsSync(engine.logPath(ALL)) && linesIn(engine, ALL)).toEqual([]);
      },
      { authorize: iam.authorize },
    );
  });
});
