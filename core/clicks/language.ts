/** A language tag as browsers send it (RFC 5646, without extensions): language, script, region. */
const TAG = /^([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?$/i;

/** First language of an `Accept-Language`, in the usual case (`de-AT`, `zh-Hant-TW`); empty for `*` and for what is none. */
export function firstLanguage(acceptLanguage: string): string {
  const end = acceptLanguage.search(/[,;]/);
  const [, language, script, region] = TAG.exec((end < 0 ? acceptLanguage : acceptLanguage.slice(0, end)).trim()) ?? [];
  if (language === undefined) return '';
  const titled = script === undefined ? '' : `-${script.charAt(0).toUpperCase()}${script.slice(1).toLowerCase()}`;
  return `${language.toLowerCase()}${titled}${region === undefined ? '' : `-${region.toUpperCase()}`}`;
}
