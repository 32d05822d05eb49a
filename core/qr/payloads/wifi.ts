import * as z from 'zod/mini';
import { lineOfText } from './text.ts';

/** IEEE 802.11: a network's name has at most 32 bytes. */
const MAX_SSID_BYTES = 32;
/** IEEE 802.11i: 8–63 characters of ASCII, or the key itself as 64 hex digits. */
const WPA_PASSWORD = /^(?:[ -~]{8,63}|[0-9A-Fa-f]{64})$/;
/** WEP keys of 40, 104 and 128 bits, as text or hex. */
const WEP_KEY = /^(?:[ -~]{5}|[ -~]{13}|[ -~]{16}|[0-9A-Fa-f]{10}|[0-9A-Fa-f]{26}|[0-9A-Fa-f]{32})$/;

export const wifiSchema = z
  .strictObject({
    ssid: lineOfText(MAX_SSID_BYTES).check(
      z.refine((ssid) => Buffer.byteLength(ssid) <= MAX_SSID_BYTES, `Must be at most ${MAX_SSID_BYTES} bytes.`),
    ),
    /** WPA is also what WPA2 and WPA3 are joined with; SAE is for networks that speak WPA3 alone. */
    security: z.enum(['WPA', 'WEP', 'SAE', 'nopass']),
    password: z.optional(lineOfText(128)),
    hidden: z.optional(z.boolean()),
  })
  .check(
    z.refine(({ security, password }) => isPasswordOf(security, password), {
      path: ['password'],
      message:
        'Must be 8 to 63 characters of ASCII for WPA, a key of the right length for WEP, and absent for an open network.',
    }),
  );
export type Wifi = z.infer<typeof wifiSchema>;

function isPasswordOf(security: string, password: string | undefined): boolean {
  switch (security) {
    case 'WPA':
      return password !== undefined && WPA_PASSWORD.test(password);
    case 'WEP':
      return password !== undefined && WEP_KEY.test(password);
    case 'SAE':
      return password !== undefined;
    default:
      return password === undefined;
  }
}

/** The form ZXing introduced and cameras of phones read: `WIFI:T:WPA;S:name;P:secret;;`. */
export function wifiText({ ssid, security, password, hidden }: Wifi): string {
  const fields = [
    `T:${security}`,
    `S:${escaped(ssid)}`,
    ...(password === undefined ? [] : [`P:${escaped(password)}`]),
    ...(hidden === true ? ['H:true'] : []),
  ];
  return `WIFI:${fields.join(';')};;`;
}

const escaped = (text: string): string => text.replaceAll(/[\\;,:"]/g, '\\$&');
