import type { MemberError } from '../errors.ts';
import { validationFailed } from '../errors.ts';

/** The longest IANA name has 32 characters, the longest language tag in use 35. */
const MAX_TIMEZONE_LENGTH = 64;
const MAX_LOCALE_LENGTH = 64;
/** A region and a place, or a name like UTC: an offset such as +01:00 is no place, and moves with no summer. */
const TIMEZONE_SHAPE = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/** An IANA time zone as given. Throws VALIDATION_FAILED. */
export function parseTimezone(text: string): string {
  const isKnown = text.length <= MAX_TIMEZONE_LENGTH && TIMEZONE_SHAPE.test(text) && isTimezone(text);
  if (!isKnown) throw refused('timezone', 'Must be an IANA time zone, such as Europe/Berlin.');
  return text;
}

/** A BCP 47 language tag in canonical form, `de-AT`. Throws VALIDATION_FAILED. */
export function parseLocale(text: string): string {
  const locale = text.length <= MAX_LOCALE_LENGTH ? canonicalLocale(text) : undefined;
  if (locale === undefined) throw refused('locale', 'Must be a BCP 47 language tag, such as de-AT.');
  return locale;
}

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

function canonicalLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

const refused = (path: string, message: string) => {
  const error: MemberError = { path, code: `invalid_${path}`, message };
  return validationFailed([error]);
};
