import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  ListEmailIdentitiesCommand,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { roleAuthorizer } from '../../../local/engines/iam.ts';
import { type SesEngine, startSes } from '../../../local/engines/ses.ts';
import { CLIENT, CREDENTIALS, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const SENT_AT_MS = Date.UTC(2026, 10, 21, 9, 8, 7, 6);
const LINK = `https://app.example.com/account/verify-email?token=${'x'.repeat(200)}`;

const mail = (given: Partial<SendEmailCommandInput> = {}, text = `Hello,\n\n${LINK}`): SendEmailCommandInput => ({
  FromEmailAddress: 'Signpost <no-reply@example.com>',
  Destination: { ToAddresses: ['ada@example.org'] },
  Content: { Simple: { Subject: { Data: 'Prove your address' }, Body: { Text: { Data: text } } } },
  ...given,
});

async function withEngine(
  use: (engine: SesEngine, send: (input: SendEmailCommandInput) => Promise<string | undefined>) => Promise<void>,
  authorize = everyone,
): Promise<void> {
  const outboxDir = join(newFolder(), 'outbox');
  let nowMs = SENT_AT_MS;
  const engine = await startSes({ outboxDir, authorize, nowMs: () => nowMs++ });
  const client = new SESv2Client({ ...CLIENT, endpoint: engine.url });
  try {
    await use(engine, async (input) => (await client.send(new SendEmailCommand(input))).MessageId);
  } finally {
    client.destroy();
    await engine.close();
  }
}

const mailsIn = ({ outboxDir }: SesEngine): string[] =>
  readdirSync(outboxDir)
    .sort()
    .map((name) => readFileSync(join(outboxDir, name), 'utf8'));
const refused = (name: string) => expect.objectContaining({ name }) as unknown;

describe('a mail', () => {
  it('is a readable file with its headers and its text, links whole', () =>
    withEngine(async (engine, send) => {
      const id = await send(mail());
      expect(mailsIn(engine)).toEqual([
        [
          'From: Signpost <no-reply@example.com>',
          'To: ada@example.org',
          'Subject: Prove your address',
          'Date: Sat, 21 Nov 2026 09:08:07 +0000',
          `Message-ID: <${id}@signpost.localhost>`,
          'MIME-Version: 1.0',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: 8bit',
          '',
          'Hello,',
          '',
          LINK,
          '',
        ].join('\n'),
      ]);
    }));

  it("has a name that sorts by time and holds nobody's address, in a folder of the owner only", () =>
    withEngine(async (engine, send) => {
      for (const subject of ['first', 'second', 'third']) {
        await send(mail({ Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: 'text' } } } } }));
      }
      const names = readdirSync(engine.outboxDir).sort();
      expect(names[0]).toMatch(/^2026-11-21T09-08-07-006Z-[0-9a-f]{8}\.eml$/);
      expect(mailsIn(engine).map((text) => /Subject: (.*)/.exec(text)?.[1])).toEqual(['first', 'second', 'third']);
      expect(statSync(engine.outboxDir).mode & 0o077).toBe(0);
      expect(statSync(join(engine.outboxDir, names[0] ?? '')).mode & 0o077).toBe(0);
    }));

  it('writes other letters into headers as encoded words, and into the text as they are', () =>
    withEngine(async (engine, send) => {
      const subject = 'Ünïcode '.repeat(12).trim();
      const Simple = { Subject: { Data: subject, Charset: 'UTF-8' }, Body: { Text: { Data: 'Grüße\r\nzwei' } } };
      await send(mail({ FromEmailAddress: 'Wegweiser für alle <no-reply@example.com>', Content: { Simple } }));
      const [text = ''] = mailsIn(engine);
      const [, header = ''] = /^Subject: (.*)$/m.exec(text) ?? [];
      const words = header.split(' ').map((word) => /^=\?utf-8\?B\?(.+)\?=$/.exec(word)?.[1] ?? '');
      expect(words.map((word) => Buffer.from(word, 'base64').toString()).join('')).toBe(subject);
      expect(header.split(' ').every((word) => word.length <= 75)).toBe(true);
      expect(text).toMatch(/^From: =\?utf-8\?B\?[\w+/=]+\?= <no-reply@example\.com>$/m);
      expect(text).toMatch(/\n\nGrüße\nzwei\n$/);
    }));

  const content = (subject: string, body: object) => ({
    Content: { Simple: { Subject: { Data: subject }, Body: body } },
  });
  it.each<[claim: string, given: Partial<SendEmailCommandInput>]>([
    ['without a sender', { FromEmailAddress: undefined }],
    ['with a second line in the sender', { FromEmailAddress: 'A\nBcc: b@example.com <a@example.com>' }],
    ['to nobody', { Destination: {} }],
    ['to what is no address', { Destination: { ToAddresses: ['ada@example.org\nBcc: eve@example.net'] } }],
    ['to many', { Destination: { ToAddresses: Array.from({ length: 51 }, (_, n) => `a${n}@example.org`) } }],
    ['with a second line in the subject', content('one\r\nBcc: eve@example.net', { Text: { Data: 'text' } })],
    ['without a text', content('subject', {})],
    ['with HTML, which nobody plays', content('subject', { Text: { Data: 'text' }, Html: { Data: '<p>' } })],
    ['in another charset', content('subject', { Text: { Data: 'text', Charset: 'ISO-8859-1' } })],
    ['raw, which nobody plays', { Content: { Raw: { Data: new Uint8Array(2) } } }],
    ['with copies, which nobody plays', { Destination: { ToAddresses: ['a@b.org'], CcAddresses: ['c@d.org'] } }],
    ['of a configuration set, which nobody plays', { ConfigurationSetName: 'set' }],
  ])('%s is refused, and nothing is written', (_claim, given) =>
    withEngine(async (engine, send) => {
      await expect(send(mail(given))).rejects.toEqual(refused('BadRequestException'));
      expect(mailsIn(engine)).toEqual([]);
    }),
  );
});

describe('SES', () => {
  const identity = (domain: string) => `arn:aws:ses:us-east-1:000000000000:identity/${domain}`;

  it("asks the caller's role for the sender's domain", async () => {
    const statements = [{ effect: 'Allow' as const, actions: ['ses:SendEmail'], resources: [identity('example.com')] }];
    const iam = roleAuthorizer([{ name: 'Mail', ...CREDENTIALS, statements }]);
    await withEngine(async (engine, send) => {
      await send(mail());
      await send(mail({ FromEmailAddress: 'no-reply@EXAMPLE.com' }));
      const foreign = mail({ FromEmailAddress: 'Signpost <no-reply@example.com.evil.example>' });
      await expect(send(foreign)).rejects.toEqual(refused('AccessDeniedException'));
      expect(mailsIn(engine)).toHaveLength(2);
    }, iam.authorize);
    expect([...iam.denials()]).toEqual([
      expect.stringContaining(`on resource: ${identity('example.com.evil.example')}`),
    ]);
  });

  it('does not know other calls', () =>
    withEngine(async (engine) => {
      const client = new SESv2Client({ ...CLIENT, endpoint: engine.url });
      await expect(client.send(new ListEmailIdentitiesCommand({}))).rejects.toEqual(
        refused('UnknownOperationException'),
      );
      client.destroy();
    }));

  it('fails as a test wants it to', () =>
    withEngine(async (engine, send) => {
      engine.faultFor = () => ({ kind: 'refuse', status: 429, errorType: 'TooManyRequestsException' });
      await expect(send(mail())).rejects.toEqual(refused('TooManyRequestsException'));
      expect(mailsIn(engine)).toEqual([]);
      engine.faultFor = () => ({ kind: 'lose-answer' });
      await expect(send(mail())).rejects.toThrow();
      expect(mailsIn(engine)).toHaveLength(1);
    }));
});
