import { AwsError } from './aws-json.ts';
import type { MailMessage } from './mail-message.ts';

export type EmailRequest = Omit<MailMessage, 'messageId' | 'sentAtMs'>;

type Input = Readonly<Record<string, unknown>>;

const MAX_RECIPIENTS = 50;
const ADDRESS = /^[^\s@<>,]+@[^\s@<>,]+$/;
const MAILBOX = /^(?:[^<>\r\n]*<[^\s@<>,]+@[^\s@<>,]+>|[^\s@<>,]+@[^\s@<>,]+)$/;

/**
 * A SendEmail request as a mail. Throws BadRequestException for what SES would not take, and for what the laptop does
 * not play: raw and templated mails, HTML, copies, attachments.
 */
export function emailRequestOf(input: Input): EmailRequest {
  const known = new Set(['FromEmailAddress', 'Destination', 'ReplyToAddresses', 'Content', 'EmailTags']);
  const unknown = Object.keys(input).find((member) => !known.has(member));
  if (unknown !== undefined) throw refused(`The laptop's SES does not play ${unknown}.`);
  const destination = objectIn(input, 'Destination', ['ToAddresses']);
  const simple = objectIn(objectIn(input, 'Content', ['Simple']), 'Simple', ['Subject', 'Body']);
  const body = objectIn(simple, 'Body', ['Text']);
  const to = addressesIn(destination, 'ToAddresses');
  if (to.length === 0 || to.length > MAX_RECIPIENTS)
    throw refused(`A mail has from 1 to ${MAX_RECIPIENTS} recipients.`);
  const from = input['FromEmailAddress'];
  if (typeof from !== 'string' || !MAILBOX.test(from)) throw refused('Missing or invalid FromEmailAddress.');
  const subject = dataIn(simple, 'Subject');
  if (/[\r\n]/.test(subject)) throw refused('A subject is one line.');
  return { from, to, replyTo: addressesIn(input, 'ReplyToAddresses'), subject, text: dataIn(body, 'Text') };
}

function objectIn(input: Input, member: string, known: readonly string[]): Input {
  const value = input[member];
  if (typeof value !== 'object' || value === null) throw refused(`${member} must be given.`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refused(`The laptop's SES does not play ${member}.${unknown}.`);
  return value as Input;
}

/** `{Data, Charset?}`; only UTF-8 is played. */
function dataIn(input: Input, member: string): string {
  const { Data, Charset } = objectIn(input, member, ['Data', 'Charset']);
  if (typeof Data !== 'string') throw refused(`${member}.Data must be text.`);
  if (Charset !== undefined && Charset !== 'UTF-8') throw refused("The laptop's SES plays UTF-8 only.");
  return Data;
}

function addressesIn(input: Input, member: string): readonly string[] {
  const addresses = input[member] ?? [];
  if (!Array.isArray(addresses)) throw refused(`${member} must be a list.`);
  return addresses.map((address: unknown) => {
    if (typeof address === 'string' && ADDRESS.test(address)) return address;
    throw refused(`${member} holds an invalid address.`);
  });
}

const refused = (message: string): AwsError => new AwsError('BadRequestException', message);
