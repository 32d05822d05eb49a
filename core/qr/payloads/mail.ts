import * as z from 'zod/mini';
import { MAX_EMAIL_LENGTH, normalEmail } from '../../accounts/email.ts';
import { lineOfText, longText } from './text.ts';

const MAX_SUBJECT_LENGTH = 250;
const MAX_BODY_LENGTH = 2_000;

export const emailAddress = z.string().check(
  z.maxLength(MAX_EMAIL_LENGTH),
  z.refine((text) => normalEmail(text) !== null, 'Must be an e-mail address.'),
);

export const mailSchema = z.strictObject({
  to: emailAddress,
  subject: z.optional(lineOfText(MAX_SUBJECT_LENGTH)),
  body: z.optional(longText(MAX_BODY_LENGTH)),
});
export type Mail = z.infer<typeof mailSchema>;

/** RFC 6068: UTF-8, percent-encoded; lines of the body end with CRLF. */
export function mailText({ to, subject, body }: Mail): string {
  const fields = [
    ...(subject === undefined ? [] : [`subject=${encodeURIComponent(subject)}`]),
    ...(body === undefined ? [] : [`body=${encodeURIComponent(body.replaceAll(/\r\n|\r|\n/g, '\r\n'))}`]),
  ];
  return `mailto:${addressText(to)}${fields.length === 0 ? '' : `?${fields.join('&')}`}`;
}

/** `+` may stand as it is in a local part and mostly does. */
function addressText(address: string): string {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  return `${encodeURIComponent(trimmed.slice(0, at)).replaceAll('%2B', '+')}@${trimmed.slice(at + 1)}`;
}
