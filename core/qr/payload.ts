import * as z from 'zod/mini';
import { eventSchema, eventText } from './payloads/event.ts';
import { geoSchema, geoText } from './payloads/geo.ts';
import { mailSchema, mailText } from './payloads/mail.ts';
import { phoneSchema, phoneText, smsSchema, smsText } from './payloads/phone.ts';
import { longText, urlText } from './payloads/text.ts';
import { vcardSchema, vcardText } from './payloads/vcard.ts';
import { wifiSchema, wifiText } from './payloads/wifi.ts';

/** More bytes than the largest code holds; whether a text fits into one is for `qrMatrix` to say. */
const MAX_TEXT_LENGTH = 7_089;

const KINDS = {
  url: urlText,
  text: longText(MAX_TEXT_LENGTH),
  wifi: wifiSchema,
  vcard: vcardSchema,
  email: mailSchema,
  phone: phoneSchema,
  sms: smsSchema,
  geo: geoSchema,
  event: eventSchema,
};
export type PayloadKind = keyof typeof KINDS;

/** What a code is to say, as one member that names its kind: `{"wifi": {…}}`. A static code: nobody counts its scans. */
export type Payload = {
  readonly [K in PayloadKind]: { readonly [name in K]: z.infer<(typeof KINDS)[K]> };
}[PayloadKind];

/** One optional member for each kind, so that what is wrong inside is told with its path. */
export const payloadSchema = z
  .partial(z.strictObject(KINDS))
  .check(
    z.refine(
      (payload) => Object.values(payload).filter((value) => value !== undefined).length === 1,
      `Must have exactly one of ${Object.keys(KINDS).join(', ')}.`,
    ),
  );

/** The text that goes into the code. */
export function payloadText(payload: Payload | z.infer<typeof payloadSchema>): string {
  const { url, text, wifi, vcard, email, phone, sms, geo, event }: z.infer<typeof payloadSchema> = payload;
  if (wifi !== undefined) return wifiText(wifi);
  if (vcard !== undefined) return vcardText(vcard);
  if (email !== undefined) return mailText(email);
  if (phone !== undefined) return phoneText(phone);
  if (sms !== undefined) return smsText(sms);
  if (geo !== undefined) return geoText(geo);
  if (event !== undefined) return eventText(event);
  return url ?? text ?? '';
}
