import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { MailText } from '../../core/accounts/mail-text.ts';
import { mailText } from '../../core/accounts/mail-text.ts';
import type { Mail } from '../../core/accounts/outbox.ts';

/** `refused`: this mail will never be taken, whoever asks again. */
export type SendOutcome = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly reason: string };

export type MailDeps = {
  readonly outbox: {
    /** Null when the mail was sent already or is too old to be sent. */
    find(key: string): Promise<Mail | null>;
    remove(key: string): Promise<void>;
  };
  /** Null where the stage sends no mail. Throws when the mail service is away or throttles. */
  readonly send: ((to: string, text: MailText) => Promise<SendOutcome>) | null;
};

/**
 * Sends the mails that wait in the outbox. A mail that is refused for good is dropped, so that it holds up nobody; all
 * else that fails comes again. A mail is deleted after it was sent, so a crash in between sends it twice, never not at all.
 * No line of the log tells an address, a token or an id.
 */
export function mailHandler(deps: MailDeps) {
  let saidThatNoneIsSent = false;
  const sayThatNoneIsSent = (): void => {
    if (!saidThatNoneIsSent) log('this stage sends no mail (mail.from): dropped');
    saidThatNoneIsSent = true;
  };

  const deliver = async (key: string): Promise<void> => {
    const mail = await deps.outbox.find(key);
    if (mail === null) return;
    if (deps.send === null) sayThatNoneIsSent();
    else {
      const outcome = await deps.send(mail.to, mailText(mail));
      if (outcome.kind === 'refused') log('mail refused, dropped', { kind: mail.kind, reason: outcome.reason });
    }
    await deps.outbox.remove(key);
  };

  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed = await Promise.all(event.Records.map((record) => failureOf(record, deliver)));
    return { batchItemFailures: failed.flatMap((failure) => failure ?? []) };
  };
}

async function failureOf(
  { dynamodb }: DynamoDBRecord,
  deliver: (key: string) => Promise<void>,
): Promise<{ itemIdentifier: string } | null> {
  try {
    const key = dynamodb?.Keys?.['pk']?.S;
    if (key !== undefined) await deliver(key);
    return null;
  } catch (error) {
    log('mail waits', { reason: error instanceof Error ? error.name : 'unknown' });
    return { itemIdentifier: dynamodb?.SequenceNumber ?? '' };
  }
}

const log = (message: string, members: Readonly<Record<string, string>> = {}): void =>
  console.error(JSON.stringify({ message, ...members }));
