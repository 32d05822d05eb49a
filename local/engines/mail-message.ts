import { isAscii } from 'node:buffer';

/** A mail with one text, as SES would put it on its way. */
export type MailMessage = {
  /** `Signpost <no-reply@example.com>` */
  readonly from: string;
  readonly to: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly sentAtMs: number;
};

/**
 * The mail as an `.eml` file. Lines end with LF and are never broken or encoded, unlike on the wire, so that a link can
 * be taken out of the file with `grep`; mail programs open it all the same.
 */
export function emlOf(mail: MailMessage): string {
  const headers = [
    ['From', headerText(mail.from)],
    ['To', mail.to.join(', ')],
    ...(mail.replyTo.length > 0 ? [['Reply-To', mail.replyTo.join(', ')]] : []),
    ['Subject', headerText(mail.subject)],
    ['Date', new Date(mail.sentAtMs).toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${mail.messageId}@signpost.localhost>`],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', '8bit'],
  ];
  const text = mail.text.replaceAll('\r\n', '\n');
  return `${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${text}${text.endsWith('\n') ? '' : '\n'}`;
}

/** The bare address in `Name <address>`. */
export const addressIn = (mailbox: string): string => /<([^<>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox.trim();

/** An encoded word (RFC 2047) holds 75 characters, 63 of them base64: 45 bytes. */
const WORD_BYTES = 45;

/** Headers are ASCII: other runs of words become encoded ones, an address in brackets stays readable. */
function headerText(text: string): string {
  if (isAscii(Buffer.from(text))) return text;
  const [, phrase = text, address = ''] = /^(.*?)(\s*<[^<>]*>)$/.exec(text) ?? [];
  return chunksOf(phrase)
    .map((chunk) => `=?utf-8?B?${Buffer.from(chunk).toString('base64')}?=`)
    .join(' ')
    .concat(address);
}

function chunksOf(text: string): string[] {
  const chunks = [''];
  for (const character of text) {
    const last = chunks.at(-1) ?? '';
    if (Buffer.byteLength(last + character) > WORD_BYTES) chunks.push(character);
    else chunks[chunks.length - 1] = last + character;
  }
  return chunks;
}
