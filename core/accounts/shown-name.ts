const MAX_LENGTH = 80;
/** Letters with their marks, digits, spaces, and what stands within names. */
const NAME = /^[\p{L}\p{M}\p{N} '’.,&()+_-]+$/u;
/** `example.com`, which mail programs make a link of. */
const LIKE_A_HOST = /[\p{L}\p{N}]\.+[\p{L}\p{N}]/u;

/**
 * A name that somebody chose, as it may stand in a mail to somebody else; null where it may not. Anybody can register
 * any address under any name, so a name must not be a message: no line breaks, no marks that turn text around, nothing
 * that a mail program makes a link of.
 */
export function shownName(name: string): string | null {
  const shown = name.normalize('NFC').replaceAll(/ +/g, ' ').trim();
  const isShown = shown.length <= MAX_LENGTH && NAME.test(shown) && !LIKE_A_HOST.test(shown);
  return isShown ? shown : null;
}
