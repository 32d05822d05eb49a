import * as z from 'zod/mini';

/** Controls other than line breaks and tabs mean nothing to a scanner; half a surrogate pair has no UTF-8. */
const READABLE = /^(?:[^\p{Cs}\p{Cc}]|[\t\n\r])*$/u;
const ONE_LINE = /^[^\p{Cs}\p{Cc}\p{Zl}\p{Zp}]*$/u;

/** Text that may go over several lines. */
export const longText = (maxLength: number) =>
  z.string().check(z.minLength(1), z.maxLength(maxLength), z.regex(READABLE, 'Must be readable text.'));

export const lineOfText = (maxLength: number) =>
  z.string().check(z.minLength(1), z.maxLength(maxLength), z.regex(ONE_LINE, 'Must be readable text on one line.'));

const MAX_URL_LENGTH = 2_000;
/** They run or show what is in the code itself; scanners on web pages would do so in their page's name. */
const SCRIPTED_SCHEMES = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'filesystem:']);

/** An absolute address, written as it is: how it is spelled decides how large the code gets. Any scheme that leads somewhere. */
export const urlText = lineOfText(MAX_URL_LENGTH).check(
  z.refine(
    (text) => URL.canParse(text) && !/\s/.test(text),
    'Must be an absolute URL without spaces, as https://example.com/.',
  ),
  z.refine(
    (text) => !SCRIPTED_SCHEMES.has(URL.parse(text)?.protocol ?? ''),
    'Must lead somewhere, as https://example.com/ does: scripts and data are no addresses.',
  ),
);
