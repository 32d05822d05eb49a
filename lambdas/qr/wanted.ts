import { ownLink } from '../../core/links/change-link.ts';
import type { WantedCode } from '../../core/qr/qr-code.ts';
import type { Scan } from '../../core/qr/scan-path.ts';
import { scanUrl } from '../../core/qr/scan-url.ts';
import { acceptedFormat } from './accept.ts';
import type { AskedCode, AskedContent } from './body.ts';
import type { Context } from './context.ts';
import { lookOf } from './look.ts';

/** What a code is called where nobody gave it a title. */
const STATIC_TITLE = 'QR code';
export const linkTitle = (shortOrigin: string, code: string): string => `QR code of ${shortOrigin}/${code}`;

/** The format of a code whose caller named none in any way. */
const DEFAULT_FORMAT = 'png';

/** What is wanted, as soon as it is known what the code says. */
export type Wants = {
  readonly ofLink: (scan: Scan) => WantedCode;
  readonly ofText: (text: string) => WantedCode;
};

/** Throws VALIDATION_FAILED. */
export function wanting({ deps, request }: Context, { title, look: input }: AskedCode): Wants {
  const look = lookOf(input, acceptedFormat(request.headers['accept']) ?? DEFAULT_FORMAT);
  return {
    ofLink: (link) => ({
      content: scanUrl(deps.shortOrigin, link),
      link,
      title: title ?? linkTitle(deps.shortOrigin, link.code),
      look,
    }),
    ofText: (content) => ({ content, link: null, title: title ?? STATIC_TITLE, look }),
  };
}

/** Of a link that is there, or of none. Throws URL_NOT_FOUND. */
export async function wantedOf(
  { deps, caller }: Context,
  content: Exclude<AskedContent, { readonly kind: 'created' }>,
  wants: Wants,
): Promise<WantedCode> {
  if (content.kind === 'static') return wants.ofText(content.text);
  const { code } = await ownLink(deps, caller.workspaceId, content.code);
  return wants.ofLink({ code, placement: content.placement });
}
