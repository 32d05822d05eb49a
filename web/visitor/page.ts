import { createHash } from 'node:crypto';

/**
 * The frame of every page a visitor may see: no script, nothing from elsewhere, one inline style that the CSP names by
 * its hash, readable in both colour schemes and at 320 pixels.
 */
const STYLE = `
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#5b6470;--paper:#fbfbfa;--card:#fff;--line:#dcdfe3;--accent:#0b57d0;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#eceef0;--quiet:#a5adb7;--paper:#131518;--card:#1b1e22;--line:#343a41;--accent:#8ab4f8;--on-accent:#10213d}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:460px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 8px;font-size:22px;line-height:1.25}
p{margin:0 0 12px}
.quiet{color:var(--quiet);font-size:14px}
.url{overflow-wrap:anywhere}
.host{font-size:20px;font-weight:600;overflow-wrap:anywhere}
label{display:block;margin:16px 0 4px;font-weight:600}
input{width:100%;min-height:44px;padding:8px 12px;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:8px}
button,.button{display:inline-block;min-height:44px;margin-top:16px;padding:10px 20px;font:inherit;font-weight:600;color:var(--on-accent);background:var(--accent);border:0;border-radius:8px;text-decoration:none;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.error{color:#b3261e;font-weight:600}
@media(prefers-color-scheme:dark){.error{color:#f2b8b5}}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** A form may post to us and be redirected on to the link's target: browsers hold redirects to `form-action` too. */
const CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'`;

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CSP,
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const;

/** Text on its way into HTML, element content or quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** `title` is plain text; `content` is HTML whose parts are already escaped. */
export const page = (title: string, content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>` +
  `<body><main>${content}</main></body></html>`;
