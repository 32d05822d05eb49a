import { escapeHtml } from '../frame.ts';
import { page } from './page.ts';

export type DocumentedRoute = {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** Who may call it, in words. */
  readonly who: string;
};
export type RouteGroup = { readonly name: string; readonly routes: readonly DocumentedRoute[] };
export type DocumentedError = {
  readonly word: string;
  readonly title: string;
  readonly sentence: string;
  readonly status: number;
};

/** The front page of the app domain until the dashboard takes its place: the first three calls, ready to paste. */
export const homePage = (origin: string): string =>
  page(
    'Signpost',
    '<h1>Signpost is running</h1><p class="quiet">Short links with exact click counts.</p>' +
      `<nav>${link('/docs', 'API documentation')}${link('/openapi.json', 'OpenAPI document')}${link('/health/deep', 'Health')}</nav>` +
      '<h2>1. Make a short link</h2>' +
      '<p>Put your API key into <code>KEY</code>; <code>npm start</code> prints one.</p>' +
      command(
        `curl -X POST ${origin}/v1/urls \\\n  -H "Authorization: Bearer $KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '{"original_url": "https://example.com/"}'`,
      ) +
      '<h2>2. Follow it</h2><p>Open the <code>short_url</code> of the answer, in a browser or with curl.</p>' +
      '<h2>3. See who came</h2><p>A click is counted within two seconds.</p>' +
      command(`curl ${origin}/v1/urls/CODE/stats -H "Authorization: Bearer $KEY"`),
  );

/** Every route, by group, and every error on one page. */
export const docsPage = (origin: string, groups: readonly RouteGroup[], errors: readonly DocumentedError[]): string =>
  page(
    'Signpost API',
    '<h1>Signpost API</h1>' +
      `<nav>${link('/', 'Start')}${link('#routes', 'Routes')}${link('#errors', 'Errors')}${link('/openapi.json', 'OpenAPI document')}</nav>` +
      '<p>JSON in and out. Send an API key, or the access token of a sign-in, with every call that asks who you are:</p>' +
      command(`curl ${origin}/v1/urls -H "Authorization: Bearer $KEY"`) +
      '<p>The <a href="/openapi.json">OpenAPI document</a> has the shape of every request and answer.</p>' +
      `<h2 id="routes">Routes</h2>${groups.map(routesTable).join('')}` +
      '<h2 id="errors">Errors</h2><p>Every error is <code>application/problem+json</code>; <code>error</code> holds one of these words.</p>' +
      table('errors', ['Status', 'Word', 'Meaning'], errors.map(errorRow)),
  );

export const errorPage = ({ word, title, sentence, status }: DocumentedError): string =>
  page(
    `${word} · Signpost`,
    `<h1>${escapeHtml(title)}</h1><p class="quiet">HTTP ${status} · <code>${escapeHtml(word)}</code></p><p>${prose(sentence)}</p>`,
  );

const routesTable = ({ name, routes }: RouteGroup): string =>
  `<h3>${escapeHtml(name)}</h3>` +
  table(
    'routes',
    ['Route', 'What it does', 'Who may'],
    routes.map(({ method, path, summary, who }) => [
      `<code><span class="method">${escapeHtml(method)}</span> ${escapeHtml(path)}</code>`,
      escapeHtml(summary),
      `<span class="quiet">${prose(who)}</span>`,
    ]),
  );

const errorRow = ({ word, status, sentence }: DocumentedError): readonly string[] => [
  String(status),
  `<a href="/docs/errors/${escapeHtml(word)}"><code>${escapeHtml(word)}</code></a>`,
  prose(sentence),
];

/** `cells` are HTML. */
const table = (kind: string, heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table class="${kind}"><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</tbody></table>`;

const link = (href: string, text: string): string => `<a href="${href}">${text}</a>`;
/** Reachable by keyboard, because it may scroll sideways. */
const command = (text: string): string => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`;
/** Our own sentences mark names with backticks. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
