import { SEEN_COLUMNS } from '../../../core/clicks/row.ts';
import type { HotLink } from '../../../core/links/hot-link.ts';
import type { Verdict, Visit } from '../../../core/links/visit.ts';
import { decide, visit } from '../../../core/links/visit.ts';
import { aHotLink, NOW_MS, TARGET } from '../../fixtures/links.ts';
import { pausePoint } from '../../fixtures/pause-point.ts';
import { aVisit, CLICK_ID, VISITOR, visitDeps } from '../../fixtures/visits.ts';

type Row = readonly [string, Partial<HotLink> | null, Partial<Visit> & { unlocked?: boolean }, Verdict];

const GO: Verdict = { kind: 'go', location: TARGET, status: 302 };
const CREATED = NOW_MS - 86_400_000;
const PREVIEW: Verdict = { kind: 'preview', targetUrl: TARGET, createdAtMs: CREATED };

const POLICY: readonly Row[] = [
  ['an alive link', {}, {}, GO],
  ['an alive link looked at', {}, { intent: 'look' }, GO],
  ['an alive link prefetched', {}, { intent: 'prefetch' }, GO],
  ['an alive link previewed', {}, { intent: 'preview' }, PREVIEW],
  ['no link', null, {}, { kind: 'unknown' }],
  ['no link previewed', null, { intent: 'preview' }, { kind: 'unknown' }],
  ['a disabled link', { status: 'disabled' }, {}, { kind: 'disabled' }],
  ['a deleted link', { status: 'deleted' }, {}, { kind: 'disabled' }],
  ['a disabled link previewed', { status: 'disabled' }, { intent: 'preview' }, { kind: 'disabled' }],
  ['a disabled and expired link', { status: 'disabled', expiresAtMs: 1 }, {}, { kind: 'disabled' }],
  ['a link a moment before it expires', { expiresAtMs: NOW_MS + 1 }, {}, GO],
  ['a link the moment it expires', { expiresAtMs: NOW_MS }, {}, { kind: 'expired', expiredAtMs: NOW_MS }],
  ['an expired link previewed', { expiresAtMs: 1 }, { intent: 'preview' }, { kind: 'expired', expiredAtMs: 1 }],
  [
    'an expired, protected link',
    { expiresAtMs: 1, unlockKey: 'k' },
    { unlocked: false },
    { kind: 'expired', expiredAtMs: 1 },
  ],
  ['a protected link', { unlockKey: 'k' }, { unlocked: false }, { kind: 'locked' }],
  ['a protected link looked at', { unlockKey: 'k' }, { unlocked: false, intent: 'look' }, { kind: 'locked' }],
  ['a protected link, unlocked', { unlockKey: 'k' }, { unlocked: true }, GO],
  [
    'a protected link previewed',
    { unlockKey: 'k' },
    { unlocked: false, intent: 'preview' },
    { ...PREVIEW, targetUrl: null },
  ],
  [
    'a protected link previewed by one who unlocked it',
    { unlockKey: 'k' },
    { unlocked: true, intent: 'preview' },
    { ...PREVIEW, targetUrl: null },
  ],
  [
    'a protected link prefetched',
    { unlockKey: 'k' },
    { unlocked: true, intent: 'prefetch' },
    { kind: 'prefetch_refused' },
  ],
  ['a limited link prefetched', { maxClicks: 5 }, { intent: 'prefetch' }, { kind: 'prefetch_refused' }],
  ['a limited link', { maxClicks: 5 }, {}, GO],
  ...[301, 302, 307, 308].map(
    (status): Row => [
      `a link that asks for ${status}`,
      { redirectStatus: status as HotLink['redirectStatus'] },
      {},
      { ...GO, status },
    ],
  ),
  ...['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com/', ' https://example.com/', '//example.com'].map(
    (targetUrl): Row => [`a stored target ${targetUrl}`, { targetUrl }, {}, { kind: 'disabled' }],
  ),
];

const FORWARDED: readonly (readonly [string, string, string])[] = [
  ['https://example.com/', 'x=1', 'https://example.com/?x=1'],
  ['https://example.com/a?b=c', 'x=1&y=2', 'https://example.com/a?b=c&x=1&y=2'],
  ['https://example.com/a?b=c#part', 'x=1', 'https://example.com/a?b=c&x=1#part'],
  ['https://example.com/a?b=c', '', 'https://example.com/a?b=c'],
  ['https://example.com/', 'x=a#b', 'https://example.com/?x=a%23b'],
  ['https://example.com/', 'x=é "<', 'https://example.com/?x=%C3%A9%20%22%3C'],
  ['https://example.com/', 'x=1\r\nSet-Cookie: a=b', 'https://example.com/?x=1Set-Cookie:%20a=b'],
  ['https://example.com/', '@evil.example/', 'https://example.com/?@evil.example/'],
];

describe('The policy of a visit', () => {
  it.each(POLICY)('%s', (_, link, { unlocked = true, ...request }, verdict) => {
    expect(decide(link === null ? null : aHotLink(link), { ...aVisit(request), unlocked }, NOW_MS)).toEqual(verdict);
  });

  it.each(FORWARDED)('forwards the query to %s: ?%s', (targetUrl, query, location) => {
    const link = aHotLink({ targetUrl, forwardQuery: true });
    expect(decide(link, { ...aVisit({ query }), unlocked: true }, NOW_MS)).toEqual({
      kind: 'go',
      location,
      status: 302,
    });
  });

  it('forwards no query unless the link asks for it', () => {
    expect(decide(aHotLink(), { ...aVisit({ query: 'x=1' }), unlocked: true }, NOW_MS)).toEqual(GO);
  });
});

describe('A visit that leads somewhere', () => {
  it('is recorded once, with what was seen of it and nothing else', async () => {
    const deps = visitDeps(aHotLink({ tags: ['spring', 'ü'] }));
    const query = 'utm_source=letter&utm_medium=e%20mail&utm_campaign=%F0%9F%98%80&utm_term=%20&x=1';
    expect(await visit(deps, aVisit({ query }))).toEqual(GO);
    const { address, ...visitor } = VISITOR;
    expect(deps.recorded).toEqual([
      {
        id: CLICK_ID,
        domain: 'default',
        code: 'aB7x3Kq',
        workspace_id: 'ws_1',
        tags: ['spring', 'ü'],
        at_ms: NOW_MS,
        source: 'click',
        placement: '',
        ...visitor,
        utm_source: 'letter',
        utm_medium: 'e mail',
        utm_campaign: '😀',
        utm_term: '',
        utm_content: '',
        visitor: `${address} with ${visitor.user_agent}`,
      },
    ]);
    expect(Object.keys(deps.recorded[0] ?? {}).sort()).toEqual([...Object.keys(SEEN_COLUMNS), 'user_agent'].sort());
  });

  it.each(['', 'menu'])('is a scan where a QR code led here, with its placement: "%s"', async (scannedAt) => {
    const deps = visitDeps(aHotLink());
    expect(await visit(deps, aVisit({ scannedAt }))).toEqual(GO);
    expect(deps.recorded).toMatchObject([{ source: 'scan', placement: scannedAt, code: 'aB7x3Kq' }]);
  });

  it('is not answered before its click is safe', async () => {
    const pause = pausePoint();
    const answered = jest.fn();
    const answer = visit(visitDeps(aHotLink(), { clicks: { record: pause.here } }), aVisit()).then(answered);
    await pause.reached;
    await new Promise(setImmediate);
    expect(answered).not.toHaveBeenCalled();
    pause.release();
    await answer;
    expect(answered).toHaveBeenCalledWith(GO);
  });

  it('claims its budget before it is recorded', async () => {
    const deps = visitDeps(aHotLink({ maxClicks: 2 }), { budget: 2 });
    await visit(deps, aVisit());
    expect(deps.steps).toEqual(['find', 'claim', 'record']);
  });

  it('lets the first N through and never N + 1', async () => {
    const deps = visitDeps(aHotLink({ maxClicks: 3 }), { budget: 3 });
    const kinds = [];
    for (let number = 0; number < 6; number += 1) kinds.push((await visit(deps, aVisit())).kind);
    expect(kinds).toEqual(['go', 'go', 'go', 'exhausted', 'exhausted', 'exhausted']);
    expect(deps.recorded).toHaveLength(3);
  });
});

describe('A visit that is no click', () => {
  const NEVER: readonly (readonly [string, Partial<HotLink> | null, Partial<Visit>, Verdict['kind']])[] = [
    ['a look', {}, { intent: 'look' }, 'go'],
    ['a look at a limited link', { maxClicks: 5 }, { intent: 'look' }, 'go'],
    ['a prefetch', {}, { intent: 'prefetch' }, 'go'],
    ['a preview', {}, { intent: 'preview' }, 'preview'],
    ['an unknown code', null, {}, 'unknown'],
    ['a disabled link', { status: 'disabled' }, {}, 'disabled'],
    ['an expired link', { expiresAtMs: NOW_MS }, {}, 'expired'],
    ['a locked link', { unlockKey: 'k' }, {}, 'locked'],
    ['a wrong token', { unlockKey: 'k' }, { unlockToken: 'bad' }, 'locked'],
    ['a damaged target', { targetUrl: 'javascript:alert(1)' }, {}, 'disabled'],
  ];

  it.each(NEVER)('%s', async (_, link, request, kind) => {
    const deps = visitDeps(link === null ? null : aHotLink(link), { budget: 5 });
    expect((await visit(deps, aVisit(request))).kind).toBe(kind);
    expect(deps.recorded).toEqual([]);
    expect(deps.steps).not.toContain('claim');
  });

  it.each(['', 'ab', 'favicon.ico', 'x'.repeat(51), 'link#default', '../secret', 'abc\n'])(
    'a path no code could have asks no store: %j',
    async (code) => {
      const deps = visitDeps(aHotLink());
      expect(await visit(deps, aVisit({ code }))).toEqual({ kind: 'unknown' });
      expect(deps.steps).toEqual([]);
    },
  );

  it('a look at a link that is used up says so', async () => {
    const deps = visitDeps(aHotLink({ maxClicks: 5 }), { budget: 0 });
    expect(await visit(deps, aVisit({ intent: 'look' }))).toEqual({ kind: 'exhausted' });
  });

  it('an unlocked visit is one, and an unprotected link checks no token', async () => {
    const unlocked = visitDeps(aHotLink({ unlockKey: 'k' }));
    expect(await visit(unlocked, aVisit({ unlockToken: 'good' }))).toEqual(GO);
    expect(unlocked.recorded).toHaveLength(1);
    const opens = jest.fn();
    await visit(visitDeps(aHotLink(), { opens }), aVisit({ unlockToken: 'anything' }));
    expect(opens).not.toHaveBeenCalled();
  });

  it('a store that does not answer is an error, never "unknown"', async () => {
    const links = { find: () => Promise.reject(new Error('down')) };
    await expect(visit(visitDeps(null, { links }), aVisit())).rejects.toThrow('down');
  });
});
