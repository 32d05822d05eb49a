import type { QrFormat } from '../../core/qr/qr-file.ts';
import { contentTypeOf, QR_FORMATS } from '../../core/qr/qr-file.ts';

type Range = { readonly type: string; readonly quality: number };

/** What an Accept header takes (RFC 9110 §12.5.1); parameters other than `q` make no difference here. */
const rangesOf = (accept: string): readonly Range[] =>
  accept.split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const quality = /^q=([01](?:\.\d{0,3})?)$/.exec(parameters.find((text) => text.startsWith('q=')) ?? '')?.[1];
    return type === '' ? [] : [{ type, quality: quality === undefined ? 1 : Number(quality) }];
  });

const ANYTHING = '*/*';

/** The most exact range that takes the media type; how exact it is decides where both are as welcome. */
function matchOf(ranges: readonly Range[], mediaType: string): { readonly quality: number; readonly isNamed: boolean } {
  const named = [mediaType, `${mediaType.split('/')[0]}/*`];
  const exact = named.map((type) => ranges.find((range) => range.type === type)).find((range) => range !== undefined);
  const range = exact ?? ranges.find(({ type }) => type === ANYTHING);
  return { quality: range?.quality ?? 0, isNamed: exact !== undefined };
}

/** Whether the caller would rather have the file than be told of it. Who takes anything is told. */
export function prefersFile(accept: string | undefined, format: QrFormat): boolean {
  if (accept === undefined) return false;
  const ranges = rangesOf(accept);
  const file = matchOf(ranges, contentTypeOf(format));
  const json = matchOf(ranges, 'application/json');
  if (file.quality !== json.quality) return file.quality > json.quality;
  return file.quality > 0 && file.isNamed && !json.isNamed;
}

/** The format whose media type is named, the most welcome first; null where none is. */
export function acceptedFormat(accept: string | undefined): QrFormat | null {
  const named = rangesOf(accept ?? '').flatMap(({ type, quality }) => {
    const format = QR_FORMATS.find((candidate) => contentTypeOf(candidate) === type);
    return format === undefined || quality === 0 ? [] : [{ format, quality }];
  });
  return named.toSorted((one, other) => other.quality - one.quality)[0]?.format ?? null;
}
