import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { mailOutbox } from '../../adapters/mail-outbox.ts';
import { mailSender } from '../../adapters/mail-sender.ts';
import { jobItem } from '../../adapters/outbox-items.ts';
import { mailJobKey } from '../../adapters/table.ts';
import type { MailText } from '../../core/accounts/mail-text.ts';
import type { MailDeps } from '../../lambdas/mail/handler.ts';
import { mailHandler } from '../../lambdas/mail/handler.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { keysEvent } from '../fixtures/stream-events.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

const TOKEN = `v.${'ab'.repeat(32)}.${'x'.repeat(43)}`;
const DAY_MS = 86_400_000;

let tables: TestTables;
let logged: jest.SpyInstance;
beforeAll(async () => {
  tables = await startTables();
});
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  logged.mockRestore();
  for (const { pk } of await waiting()) await outbox().remove(String(pk));
});
afterAll(() => tables.close());

const outbox = (nowMs = NOW_MS) => mailOutbox(tables.client, 'outbox', () => nowMs);
const waiting = async () => (await tables.client.send(new ScanCommand({ TableName: 'outbox' }))).Items ?? [];
const keyOf = (id: string): string => mailJobKey(id).pk;

async function write(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const mail = {
      kind: 'verify-email',
      to: `${id}@example.com`,
      appOrigin: 'https://app.test',
      name: 'Ada',
      token: TOKEN,
    } as const;
    await tables.client.send(
      new PutCommand({ TableName: 'outbox', Item: jobItem({ kind: 'mail', id, mail }, NOW_MS) }),
    );
  }
}

/** A mail service that does what `verdict` says for each address. */
function service(
  verdict: (to: string) => Awaited<ReturnType<NonNullable<MailDeps['send']>>> | Error = () => ({ kind: 'sent' }),
) {
  const sent: { to: string; subject: string }[] = [];
  const send = async (to: string, { subject }: MailText) => {
    const outcome = verdict(to);
    if (outcome instanceof Error) throw outcome;
    if (outcome.kind === 'sent') sent.push({ to, subject });
    return outcome;
  };
  return { send, sent };
}

const deliver = (send: MailDeps['send'], ids: readonly string[], nowMs = NOW_MS) =>
  mailHandler({ outbox: outbox(nowMs), send })(keysEvent(...ids.map(keyOf)));

/** The mails of a batch go out side by side, in no order. */
const receivers = (sent: readonly { to: string }[]): ReadonlySet<string> => new Set(sent.map(({ to }) => to));

const logText = (): string => JSON.stringify(logged.mock.calls);

describe('Waiting mails', () => {
  it('are sent and leave the outbox', async () => {
    await write('ada', 'bob');
    const { send, sent } = service();
    expect(await deliver(send, ['ada', 'bob'])).toEqual({ batchItemFailures: [] });
    expect(receivers(sent)).toEqual(new Set(['ada@example.com', 'bob@example.com']));
    expect(await waiting()).toEqual([]);
    expect(logged).not.toHaveBeenCalled();
  });

  it('are not sent again when their record comes again', async () => {
    await write('ada');
    const { send, sent } = service();
    for (let time = 0; time < 3; time += 1)
      expect(await deliver(send, ['ada', 'nobody'])).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
  });

  it('are dropped where they are refused for good, and hold up nobody', async () => {
    await write('ada', 'bad', 'bob');
    const { send, sent } = service((to) =>
      to.startsWith('bad') ? { kind: 'refused', reason: 'MessageRejected' } : { kind: 'sent' },
    );
    expect(await deliver(send, ['ada', 'bad', 'bob'])).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(2);
    expect(await waiting()).toEqual([]);
    expect(logText()).toContain('MessageRejected');
  });

  it('stay and come again while the mail service throttles', async () => {
    await write('ada', 'slow', 'bob');
    let isAway = true;
    const throttled = Object.assign(new Error('Rate exceeded for slow@example.com'), {
      name: 'TooManyRequestsException',
    });
    const { send, sent } = service((to) => (isAway && to.startsWith('slow') ? throttled : { kind: 'sent' }));
    expect(await deliver(send, ['ada', 'slow', 'bob'])).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect((await waiting()).map(({ pk }) => pk)).toEqual([keyOf('slow')]);
    isAway = false;
    expect(await deliver(send, ['slow', 'bob'])).toEqual({ batchItemFailures: [] });
    expect(receivers(sent)).toEqual(new Set(['ada@example.com', 'bob@example.com', 'slow@example.com']));
    expect(sent.length).toBe(3);
  });

  it('are not sent any more after a day', async () => {
    await write('ada');
    const { send, sent } = service();
    expect(await deliver(send, ['ada'], NOW_MS + DAY_MS + 1_000)).toEqual({ batchItemFailures: [] });
    expect(sent).toEqual([]);
  });

  it('are dropped on a stage that sends none, which is said once', async () => {
    await write('ada', 'bob');
    const handler = mailHandler({ outbox: outbox(), send: null });
    await handler(keysEvent(keyOf('ada')));
    await handler(keysEvent(keyOf('bob')));
    expect(await waiting()).toEqual([]);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it('leave no address, token or id in the log, whatever befalls them', async () => {
    await write('ada', 'bad', 'slow');
    const { send } = service((to) => {
      if (to.startsWith('bad')) return { kind: 'refused', reason: 'BadRequestException' };
      return new Error(`no way to ${to} with ${TOKEN}`);
    });
    await deliver(send, ['ada', 'bad', 'slow']);
    expect(logged).toHaveBeenCalledTimes(3);
    for (const secret of ['@', 'ada', 'bad#', 'slow', TOKEN, 'mail#']) expect(logText()).not.toContain(secret);
  });
});

describe('SES', () => {
  const failing = (name: string) => ({
    send: () => Promise.reject(Object.assign(new Error('to ada@example.com'), { name })),
  });
  const text = { subject: 'S', text: 'T' };

  it.each(['MessageRejected', 'BadRequestException'])('refuses for good with %s', async (name) => {
    expect(await mailSender(failing(name), 'S <s@example.com>')('ada@example.com', text)).toEqual({
      kind: 'refused',
      reason: name,
    });
  });

  it.each([
    'TooManyRequestsException',
    'LimitExceededException',
    'SendingPausedException',
    'AccountSuspendedException',
    'MailFromDomainNotVerifiedException',
    'InternalServiceErrorException',
    'TimeoutError',
  ])('may take the mail later after %s', async (name) => {
    await expect(mailSender(failing(name), 'S <s@example.com>')('ada@example.com', text)).rejects.toThrow();
  });
});
