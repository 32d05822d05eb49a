import * as z from 'zod/mini';
import { longText } from './text.ts';

/** E.164: at most 15 digits with the country's code; without it there are short ones such as 112. */
const INTERNATIONAL = /^\+[1-9]\d{6,14}$/;
const NATIONAL = /^\d{3,15}$/;
const MAX_NUMBER_LENGTH = 40;
const MAX_MESSAGE_LENGTH = 1_000;

/** As it is dialled, without what makes it readable: `+49 (0)30 / 12-34` is `+49301234`. Null where it is no number. */
export function dialled(number: string): string | null {
  const bare = number
    .trim()
    .replace(/^00/, '+')
    .replace(/^(\+[\d\s]+)\(0\)/, '$1')
    .replaceAll(/[\s().\-/]/g, '');
  return INTERNATIONAL.test(bare) || NATIONAL.test(bare) ? bare : null;
}

export const phoneNumber = z.string().check(
  z.maxLength(MAX_NUMBER_LENGTH),
  z.refine((number) => dialled(number) !== null, 'Must be a telephone number, best with + and the country code.'),
);

export const phoneSchema = z.strictObject({ number: phoneNumber });
export type Phone = z.infer<typeof phoneSchema>;

/** RFC 3966. */
export const phoneText = ({ number }: Phone): string => `tel:${dialled(number) ?? number}`;

export const smsSchema = z.strictObject({
  number: phoneNumber,
  message: z.optional(longText(MAX_MESSAGE_LENGTH)),
});
export type Sms = z.infer<typeof smsSchema>;

/** What phones agree on: everything after the second colon is the message, as it is. */
export const smsText = ({ number, message }: Sms): string =>
  `SMSTO:${dialled(number) ?? number}${message === undefined ? '' : `:${message}`}`;
