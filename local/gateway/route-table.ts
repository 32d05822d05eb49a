/** Routes of an HTTP API, compiled. The most specific path wins: literal segments, then `{x}`, then `{x+}`, then `$default`. */
export type RouteTable<R> = {
  /** The route for a still encoded path, or null. Throws URIError on malformed percent-encoding. */
  match(method: string, path: string): RouteMatch<R> | null;
};

export type RouteMatch<R> = { readonly route: R; readonly parameters: Readonly<Record<string, string>> | null };

type Compiled<R> = { readonly route: R; readonly segments: readonly Segment[]; readonly rank: string };
type Segment = { readonly kind: 'literal' | 'variable' | 'greedy'; readonly text: string };

const ANY_METHOD = 'ANY';
const DEFAULT_PATH = '$default';

export function compileRoutes<R extends { readonly method: string; readonly path: string }>(
  routes: readonly R[],
): RouteTable<R> {
  const fallback = routes.find(({ path }) => path === DEFAULT_PATH) ?? null;
  const literal = new Map<string, R>();
  const compiled: Compiled<R>[] = [];
  for (const route of routes) {
    if (route.path === DEFAULT_PATH) continue;
    if (!route.path.includes('{')) literal.set(`${route.method} ${route.path}`, route);
    else compiled.push(compile(route));
  }
  compiled.sort((one, other) => (one.rank < other.rank ? -1 : 1));

  return {
    match(method, path) {
      const exact = literal.get(`${method} ${path}`) ?? literal.get(`${ANY_METHOD} ${path}`);
      if (exact !== undefined) return { route: exact, parameters: null };
      const segments = segmentsOf(path);
      for (const candidate of compiled) {
        const wanted = candidate.route.method;
        if (wanted !== method && wanted !== ANY_METHOD) continue;
        const parameters = parametersOf(candidate.segments, segments);
        if (parameters !== null) return { route: candidate.route, parameters };
      }
      return fallback === null ? null : { route: fallback, parameters: null };
    },
  };
}

const segmentsOf = (path: string): string[] => path.slice(1).split('/');

function compile<R extends { readonly method: string; readonly path: string }>(route: R): Compiled<R> {
  const segments = segmentsOf(route.path).map(segmentOf);
  const ranks = { literal: '0', variable: '1', greedy: '2' } as const;
  const method = route.method === ANY_METHOD ? '1' : '0';
  return { route, segments, rank: segments.map(({ kind }) => ranks[kind]).join('') + method };
}

export function segmentOf(text: string): Segment {
  const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(text) ?? [];
  if (name === undefined) return { kind: 'literal', text };
  return { kind: plus === '+' ? 'greedy' : 'variable', text: name };
}

function parametersOf(pattern: readonly Segment[], segments: readonly string[]): Record<string, string> | null {
  const greedy = pattern.at(-1)?.kind === 'greedy';
  if (greedy ? segments.length < pattern.length : segments.length !== pattern.length) return null;
  const parameters: Record<string, string> = {};
  for (let at = 0; at < pattern.length; at++) {
    const { kind, text } = pattern[at] as Segment;
    const segment = segments[at] as string;
    if (kind === 'literal') {
      if (segment !== text) return null;
    } else {
      const value = kind === 'greedy' ? segments.slice(at).join('/') : segment;
      if (value === '') return null;
      parameters[text] = value.includes('%') ? decodeURIComponent(value) : value;
    }
  }
  return parameters;
}
