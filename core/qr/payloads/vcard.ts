import * as z from 'zod/mini';
import { component, contentLine, escapedText } from './content-line.ts';
import { emailAddress } from './mail.ts';
import { dialled, phoneNumber } from './phone.ts';
import { lineOfText, longText, urlText } from './text.ts';

const MAX_NAME_LENGTH = 100;
const MAX_PLACE_LENGTH = 150;
const MAX_NOTE_LENGTH = 500;
const MAX_ENTRIES = 5;

const name = z.optional(lineOfText(MAX_NAME_LENGTH));
const place = z.optional(lineOfText(MAX_PLACE_LENGTH));

export const vcardSchema = z
  .strictObject({
    given_name: name,
    family_name: name,
    organization: name,
    title: name,
    phones: z.optional(
      z
        .array(z.strictObject({ number: phoneNumber, type: z.optional(z.enum(['cell', 'work', 'home', 'fax'])) }))
        .check(z.maxLength(MAX_ENTRIES)),
    ),
    emails: z.optional(z.array(emailAddress).check(z.maxLength(MAX_ENTRIES))),
    url: z.optional(urlText),
    address: z.optional(
      z.strictObject({ street: place, city: place, region: place, postal_code: place, country: place }),
    ),
    note: z.optional(longText(MAX_NOTE_LENGTH)),
  })
  .check(
    z.refine(({ given_name, family_name, organization }) => Boolean(given_name ?? family_name ?? organization), {
      path: ['given_name'],
      message: 'A card needs a given name, a family name or an organization.',
    }),
  );
export type VCard = z.infer<typeof vcardSchema>;

/** vCard 3.0 (RFC 2426), which phones read best of all versions. */
export function vcardText(card: VCard): string {
  const { given_name: given, family_name: family, organization, title, url, address, note } = card;
  const shown = [given, family].filter((part) => part !== undefined).join(' ') || (organization ?? '');
  const text = (property: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [contentLine(property, escapedText(value))];
  return component('VCARD', [
    'VERSION:3.0',
    contentLine('N', structured([family, given, undefined, undefined, undefined])),
    ...text('FN', shown),
    ...text('ORG', organization),
    ...text('TITLE', title),
    ...(card.phones ?? []).map(({ number, type }) =>
      contentLine(type === undefined ? 'TEL' : `TEL;TYPE=${type.toUpperCase()}`, dialled(number) ?? number),
    ),
    ...(card.emails ?? []).map((email) => contentLine('EMAIL', email.trim())),
    // A URL is a value of its own kind and is not escaped (RFC 2426 §3.6.8).
    ...(url === undefined ? [] : [contentLine('URL', url)]),
    ...(address === undefined ? [] : [contentLine('ADR', addressValue(address))]),
    ...text('NOTE', note),
  ]);
}

/** Parts are separated by semicolons; an empty one keeps its place. */
const structured = (parts: readonly (string | undefined)[]): string =>
  parts.map((part) => escapedText(part ?? '')).join(';');

/** Post-office box and extended address, which come first, are not used any more (RFC 6350 §6.3.1). */
const addressValue = (address: NonNullable<VCard['address']>): string =>
  structured([
    undefined,
    undefined,
    address.street,
    address.city,
    address.region,
    address.postal_code,
    address.country,
  ]);
