import { createHash } from 'node:crypto';

/** Pages of one look: no script, nothing from elsewhere, one inline style that the content policy names by its hash. */
export type Frame = {
  readonly headers: Readonly<Record<string, string>>;
  /** `title` is plain text; `content` is HTML whose parts are already escaped. */
  readonly page: (title: string, content: string) => string;
};

/** `formAction` is where forms of these pages may lead: source expressions of the content policy. */
export function frameWith(style: string, formAction: string): Frame {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    },
    page: (title, content) =>
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
      `<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${style}</style></head>` +
      `<body><main>${content}</main></body></html>`,
  };
}

/** Text on its way into HTML, element content or quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Colours of both schemes, for every page of ours. */
export const COLOURS = `
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#5b6470;--paper:#fbfbfa;--card:#fff;--line:#dcdfe3;--accent:#0b57d0;--on-accent:#fff;--error:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#eceef0;--quiet:#a5adb7;--paper:#131518;--card:#1b1e22;--line:#343a41;--accent:#8ab4f8;--on-accent:#10213d;--error:#f2b8b5}}
*{box-sizing:border-box}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
`;
