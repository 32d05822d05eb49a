import { escapeHtml, page } from '../visitor/page.ts';

export type DocumentedRoute = {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly access: string;
};
export type DocumentedError = {
  readonly word: string;
  readonly title: string;
  readonly sentence: string;
  readonly status: number;
};

/** The front page of the app domain until the dashboard takes its place. */
export const homePage = (): string =>
  page(
    'Signpost',
    '<h1>Signpost is running</h1><p>Short links with exact click counts.</p>' +
      '<p><a class="button" href="/docs">API documentation</a></p>' +
      '<p class="quiet"><a href="/openapi.json">OpenAPI document</a> · <a href="/health/deep">Health</a></p>',
  );

/** Every route and every error on one page. */
export function docsPage(routes: readonly DocumentedRoute[], errors: readonly DocumentedError[]): string {
  const routeRows = routes.map(
    ({ method, path, summary, access }) =>
      `<p><strong>${escapeHtml(method)} ${escapeHtml(path)}</strong><br>${escapeHtml(summary)}` +
      `<br><span class="quiet">${access === 'public' ? 'No key needed' : `Scope ${escapeHtml(access)}`}</span></p>`,
  );
  const errorRows = errors.map(
    ({ word, status, title }) =>
      `<li><a href="/docs/errors/${escapeHtml(word)}">${escapeHtml(word)}</a> <span class="quiet">${status} · ${escapeHtml(title)}</span></li>`,
  );
  return page(
    'Signpost API',
    `<h1>Signpost API</h1><p>Send <strong>Authorization: Bearer sp_…</strong>. Shapes are in the <a href="/openapi.json">OpenAPI document</a>.</p>` +
      `<h2>Routes</h2>${routeRows.join('')}<h2>Errors</h2><ul>${errorRows.join('')}</ul>`,
  );
}

export const errorPage = ({ word, title, sentence, status }: DocumentedError): string =>
  page(
    `${word} · Signpost`,
    `<h1>${escapeHtml(title)}</h1><p class="quiet">HTTP ${status} · <strong>${escapeHtml(word)}</strong></p><p>${escapeHtml(sentence)}</p>`,
  );
