import { COLOURS, frameWith } from '../frame.ts';

/** Pages to be read: wide enough for tables, whose rows become blocks on a phone. */
const STYLE = `${COLOURS}
body{margin:0;padding:40px 24px 80px;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:1040px;margin:0 auto}
h1{margin:0 0 8px;font-size:28px;line-height:1.2}
h2{margin:40px 0 12px;font-size:20px;line-height:1.3}
h3{margin:24px 0 8px;font-size:16px}
p{margin:0 0 12px}
.quiet{color:var(--quiet)}
nav{margin:0 0 24px;display:flex;flex-wrap:wrap;gap:0 20px;font-size:14px}
nav a{display:inline-block;padding:10px 0}
td a{display:inline-block;padding:4px 0}
code,pre{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{margin:0 0 16px;padding:16px;overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
ol{margin:0;padding-left:24px}
li{margin:0 0 8px}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);border-radius:8px}
th,td{padding:10px 16px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;font-size:13px;font-weight:600;color:var(--quiet)}
.method{font-weight:600}
table{table-layout:fixed}
.routes th:first-child{width:50%}
.routes th:last-child{width:26%}
.errors th:first-child{width:88px}
.errors th:nth-child(2){width:264px}
@media(max-width:640px){
body{padding:24px 16px 48px}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr,td{display:block}
tr{padding:10px 16px;border-top:1px solid var(--line)}
tbody tr:first-child{border-top:0}
td{padding:1px 0;border:0}
}
`;

export const { headers: DOCS_HEADERS, page } = frameWith(STYLE, "'none'");
