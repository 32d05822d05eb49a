import type { FailureWord } from '../../core/errors.ts';
import { FAILURES, Failure } from '../../core/errors.ts';
import { DOCS_HEADERS } from '../../web/docs/page.ts';
import type { DocumentedError } from '../../web/docs/pages.ts';
import { docsPage, errorPage, homePage } from '../../web/docs/pages.ts';
import type { Handle } from '../http.ts';
import { jsonAnswer } from '../http.ts';
import { STATUS_OF } from '../problem.ts';
import type { HttpAnswer } from '../request.ts';
import { ROUTES } from '../routes.ts';
import { openApi } from './openapi.ts';
import { groupOf, ROUTE_GROUPS } from './route-groups.ts';
import { whoMay } from './who-may.ts';

export type ServiceDeps = { readonly dependencies: () => Promise<Readonly<Record<string, boolean>>> };

const DOCS_CACHE = { 'cache-control': 'public, max-age=300' };

/** Health, the OpenAPI document and the documentation. */
export const serviceHandler =
  (deps: ServiceDeps): Handle =>
  async ({ route, origin, params }) => {
    switch (route) {
      case '/':
        return htmlAnswer(homePage(origin));
      case '/health':
        return jsonAnswer(200, { status: 'ok' });
      case '/health/deep':
        return deepHealth(deps);
      case '/openapi.json':
        return jsonAnswer(200, openApi(origin), DOCS_CACHE);
      case '/docs':
        return htmlAnswer(docsPage(origin, documentedRoutes(), documentedErrors()));
      case '/docs/errors/{word}': {
        const word = params['word'] ?? '';
        if (!isFailureWord(word)) throw new Failure('NOT_FOUND');
        return htmlAnswer(errorPage(documented(word)));
      }
      default:
        throw new Failure('NOT_FOUND');
    }
  };

async function deepHealth(deps: ServiceDeps): Promise<HttpAnswer> {
  const dependencies = await deps.dependencies();
  const ok = Object.values(dependencies).every(Boolean);
  return jsonAnswer(ok ? 200 : 503, { status: ok ? 'ok' : 'degraded', dependencies });
}

const htmlAnswer = (body: string): HttpAnswer => ({ status: 200, headers: { ...DOCS_HEADERS, ...DOCS_CACHE }, body });

const isFailureWord = (word: string): word is FailureWord => Object.hasOwn(FAILURES, word);
const documented = (word: FailureWord): DocumentedError => ({ word, status: STATUS_OF[word], ...FAILURES[word] });

const documentedErrors = (): readonly DocumentedError[] =>
  Object.keys(FAILURES)
    .filter(isFailureWord)
    .map(documented)
    .sort((one, other) => one.status - other.status);

const documentedRoutes = () =>
  ROUTE_GROUPS.map((name) => ({
    name,
    routes: ROUTES.filter((route) => route.door === 'app' && groupOf(route) === name).map((route) => ({
      ...route,
      who: whoMay(route.access),
    })),
  }));
