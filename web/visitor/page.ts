import { COLOURS, frameWith } from '../frame.ts';

/** One card in the middle, readable in both colour schemes and at 320 pixels. */
export const CARD_STYLE = `${COLOURS}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:460px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 8px;font-size:22px;line-height:1.25}
p{margin:0 0 12px}
.quiet{color:var(--quiet);font-size:14px}
.url{overflow-wrap:anywhere}
.host{font-size:20px;font-weight:600;overflow-wrap:anywhere}
label{display:block;margin:16px 0 4px;font-weight:600}
input{width:100%;min-height:44px;padding:8px 12px;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--quiet);border-radius:8px}
button,.button{display:inline-block;min-height:44px;margin-top:16px;padding:10px 20px;font:inherit;font-weight:600;color:var(--on-accent);background:var(--accent);border:0;border-radius:8px;text-decoration:none;cursor:pointer}
.error{color:var(--error);font-weight:600}
`;

/** Every page a visitor may see. A form may post to us and be redirected on to the link's target: browsers hold redirects to `form-action` too. */
export const { headers: PAGE_HEADERS, page } = frameWith(CARD_STYLE, "'self' http: https:");
