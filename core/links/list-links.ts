import type { Link } from './link.ts';
import type { ClickTotals, LinkStore, ListFilter, Page } from './link-store.ts';

export type ListedLink = { readonly link: Link; readonly clicks: number };
export type ListDeps = {
  readonly store: LinkStore;
  readonly totals: ClickTotals;
  readonly domain: string;
  readonly nowMs: () => number;
};
export type ListRequest = {
  readonly workspaceId: string;
  readonly filter: ListFilter;
  readonly sort: '-created_at' | '-clicks';
  readonly limit: number;
  readonly cursor: ListCursor | null;
};

/** Where a list goes on: by date, or by clicks — first the links that have some, then the rest by date. */
export type ListCursor = { readonly phase: 'by_date' | 'clicked' | 'unclicked'; readonly key: string | null };

export type ListPage = { readonly items: readonly ListedLink[]; readonly cursor: ListCursor | null };

/** One page of a workspace's links with their clicks. */
export async function listLinks(deps: ListDeps, request: ListRequest): Promise<ListPage> {
  if (request.sort === '-created_at') return byDate(deps, request);
  const clicked = request.cursor?.phase === 'unclicked' ? { items: [], cursor: null } : await byClicks(deps, request);
  if (clicked.cursor !== null || clicked.items.length === request.limit) {
    return { items: clicked.items, cursor: clicked.cursor ?? { phase: 'unclicked', key: null } };
  }
  const rest = await unclicked(deps, request, request.limit - clicked.items.length);
  return { items: [...clicked.items, ...rest.items], cursor: rest.cursor };
}

async function byDate(deps: ListDeps, request: ListRequest): Promise<ListPage> {
  const page = await deps.store.list(
    request.workspaceId,
    request.filter,
    request.limit,
    request.cursor?.key ?? null,
    deps.nowMs(),
  );
  return { items: await withClicks(deps, page.items), cursor: next('by_date', page) };
}

/** Clicks change while somebody pages: a link may then show twice or be passed over, as in any live ranking. */
async function byClicks(deps: ListDeps, request: ListRequest): Promise<ListPage> {
  const page = await deps.totals.mostClicked(request.workspaceId, request.limit, request.cursor?.key ?? null);
  const totals = new Map(page.items.map(({ code, total }) => [code, total]));
  const links = await deps.store.findMany(deps.domain, [...totals.keys()]);
  const items = links
    .filter((link) => link.workspaceId === request.workspaceId && matches(link, request.filter, deps.nowMs()))
    .map((link) => ({ link, clicks: totals.get(link.code) ?? 0 }))
    .sort((a, b) => b.clicks - a.clicks || b.link.createdAtMs - a.link.createdAtMs);
  return { items, cursor: next('clicked', page) };
}

async function unclicked(deps: ListDeps, request: ListRequest, limit: number): Promise<ListPage> {
  const key = request.cursor?.phase === 'unclicked' ? request.cursor.key : null;
  const page = await deps.store.list(request.workspaceId, request.filter, limit, key, deps.nowMs());
  const items = (await withClicks(deps, page.items)).filter(({ clicks }) => clicks === 0);
  return { items, cursor: next('unclicked', page) };
}

async function withClicks(deps: ListDeps, links: readonly Link[]): Promise<readonly ListedLink[]> {
  if (links.length === 0) return [];
  const totals = await deps.totals.totalsOf(
    deps.domain,
    links.map(({ code }) => code),
  );
  return links.map((link) => ({ link, clicks: totals.get(link.code) ?? 0 }));
}

const next = (phase: ListCursor['phase'], { cursor }: Page<unknown>): ListCursor | null =>
  cursor === null ? null : { phase, key: cursor };

/** The filter as the store applies it, for links that were found another way. */
export function matches(link: Link, filter: ListFilter, nowMs: number): boolean {
  const expired = link.expiresAtMs !== null && link.expiresAtMs <= nowMs;
  const search = filter.search?.toLowerCase();
  return (
    link.status !== 'deleted' &&
    (filter.tag === null || link.tags.includes(filter.tag)) &&
    (search === undefined || [link.code, link.title ?? '', link.targetUrl].join('\n').toLowerCase().includes(search)) &&
    (filter.externalId === null || link.externalId === filter.externalId) &&
    (filter.createdAfter === null || link.createdAtMs > Date.parse(filter.createdAfter)) &&
    (filter.createdBefore === null || link.createdAtMs < Date.parse(filter.createdBefore)) &&
    statusMatches(link, filter.status, expired)
  );
}

function statusMatches(link: Link, status: ListFilter['status'], expired: boolean): boolean {
  switch (status) {
    case null:
      return true;
    case 'expired':
      return expired;
    case 'active':
      return link.status === 'active' && !expired;
    case 'disabled':
    case 'deleted':
      return link.status === status;
  }
}
