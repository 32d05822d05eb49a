import type { ListCursor, ListRequest } from '../../../core/links/list-links.ts';
import { listLinks, matches } from '../../../core/links/list-links.ts';
import { aLink, NO_FILTER, NOW_MS } from '../../fixtures/links.ts';
import { memoryClickTotals } from '../../fixtures/memory-click-totals.ts';
import { memoryLinkStore } from '../../fixtures/memory-link-store.ts';

function world(count: number, clicksOf: (index: number) => number) {
  const store = memoryLinkStore();
  const codes = Array.from({ length: count }, (_, index) => `code${index}`);
  store.add(
    ...codes.map((code, index) => aLink({ code, createdAtMs: NOW_MS + index, tags: index % 2 === 0 ? ['even'] : [] })),
  );
  store.add(aLink({ code: 'foreign', workspaceId: 'ws_2' }));
  const totals = memoryClickTotals(new Map(codes.map((code, index) => [code, clicksOf(index)])));
  const deps = { store, totals, domain: 'default', nowMs: () => NOW_MS };
  const all = async (request: Partial<ListRequest>) => {
    const pages: string[][] = [];
    let cursor: ListCursor | null = null;
    do {
      const page = await listLinks(deps, {
        workspaceId: 'ws_1',
        filter: NO_FILTER,
        sort: '-created_at',
        limit: 4,
        ...request,
        cursor,
      });
      expect(page.items.length).toBeLessThanOrEqual(request.limit ?? 4);
      pages.push(page.items.map(({ link, clicks }) => `${link.code}:${clicks}`));
      cursor = page.cursor;
    } while (cursor !== null);
    return pages;
  };
  return { all, store };
}

describe('A list of links', () => {
  it('by date pages through all of them, newest first, with their clicks', async () => {
    const pages = await world(10, (index) => index).all({});
    expect(pages.flat()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((index) => `code${index}:${index}`));
  });

  it('by clicks shows the clicked ones first, then the rest by date, each once', async () => {
    const clicks = [0, 5, 0, 9, 1, 0, 7];
    const pages = await world(7, (index) => clicks[index] ?? 0).all({ sort: '-clicks', limit: 3 });
    expect(pages.flat()).toEqual(['code3:9', 'code6:7', 'code1:5', 'code4:1', 'code5:0', 'code2:0', 'code0:0']);
  });

  it.each([1, 2, 3, 4, 5, 7, 100])('by clicks loses and repeats nothing at %i a page', async (limit) => {
    const pages = await world(12, (index) => (index % 3) * index).all({ sort: '-clicks', limit });
    expect(pages.flat()).toHaveLength(12);
    expect(new Set(pages.flat()).size).toBe(12);
  });

  it.each(['-created_at', '-clicks'] as const)('sorted by %s keeps to its filter and its workspace', async (sort) => {
    const { all, store } = world(9, (index) => index % 4);
    store.add(aLink({ code: 'code4', status: 'deleted', tags: ['even'] }));
    const listed = (await all({ sort, filter: { ...NO_FILTER, tag: 'even' } }))
      .flat()
      .map((text) => text.split(':')[0]);
    expect(listed.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(['code0', 'code2', 'code6', 'code8']);
  });
});

describe('A filter', () => {
  const link = aLink({ title: 'Spring Sale', tags: ['spring', 'Sale'], externalId: 'x-1', createdAtMs: NOW_MS });
  const expired = { expiresAtMs: NOW_MS };

  it.each([
    [{ tag: 'spring' }, {}, true],
    [{ tag: 'Spring' }, {}, false],
    [{ tag: 'spr' }, {}, false],
    [{ search: 'sPRing' }, {}, true],
    [{ search: 'AB7X' }, {}, true],
    [{ search: 'example.com/a' }, {}, true],
    [{ search: 'autumn' }, {}, false],
    [{ externalId: 'x-1' }, {}, true],
    [{ externalId: 'x-2' }, {}, false],
    [{ createdAfter: '2026-11-21T11:59:59.999Z' }, {}, true],
    [{ createdAfter: '2026-11-21T12:00:00Z' }, {}, false],
    [{ createdBefore: '2026-11-21T12:00:00Z' }, {}, false],
    [{ createdBefore: '2026-11-21T13:00:00.001+01:00' }, {}, true],
    [{ status: 'active' }, {}, true],
    [{ status: 'active' }, expired, false],
    [{ status: 'active' }, { status: 'disabled' }, false],
    [{ status: 'disabled' }, { status: 'disabled' }, true],
    [{ status: 'expired' }, expired, true],
    [{ status: 'expired' }, {}, false],
    [{}, { status: 'deleted' }, false],
  ] as const)('%j of a link with %j matches: %s', (filter, overrides, expected) => {
    expect(matches({ ...link, ...overrides }, { ...NO_FILTER, ...filter }, NOW_MS)).toBe(expected);
  });
});
