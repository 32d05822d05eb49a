import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { MailText } from '../core/accounts/mail-text.ts';

/** An invocation has 30 s for a few mails side by side. */
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 2_000;

export const sesClient = (): SESv2Client =>
  new SESv2Client({
    maxAttempts: 3,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
    },
  });

/** What SES says of a mail that it would refuse again. Everything else (throttles, a sender not verified yet) passes. */
const REFUSALS = new Set(['BadRequestException', 'MessageRejected']);

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

/**
 * One mail to one address. Headers are members of their own, which SES encodes (RFC 2047), so no text can begin another
 * header. Throws when the mail may be taken later.
 */
export const mailSender =
  (client: Pick<SESv2Client, 'send'>, from: string) =>
  async (to: string, { subject, text }: MailText) => {
    try {
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(text) } } },
        }),
      );
      return { kind: 'sent' } as const;
    } catch (error) {
      // SES writes the address into its message, so only the name of the error is told.
      if (error instanceof Error && REFUSALS.has(error.name)) return { kind: 'refused', reason: error.name } as const;
      throw error;
    }
  };
