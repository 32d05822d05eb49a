import { campaignOf } from '../clicks/campaign.ts';
import type { ClickEvent } from '../clicks/row.ts';
import type { VisitorHash } from '../clicks/visitor-hash.ts';
import { couldBeCode } from './alias.ts';
import type { HotLink } from './hot-link.ts';

/** Who comes, as CloudFront and the browser tell it. */
export type Visitor = Pick<
  ClickEvent,
  'country' | 'region' | 'city' | 'device' | 'referrer' | 'language' | 'user_agent'
> & {
  /** Goes into the visitor hash and nowhere else. */
  readonly address: string;
};

export type Visit = {
  readonly domain: string;
  readonly code: string;
  /** `look` is a HEAD: same answer, no click. `prefetch` may never be seen by a person, so it is no click either. */
  readonly intent: 'open' | 'look' | 'prefetch' | 'preview';
  /** The visitor's query string without `?`, and without the unlock token. */
  readonly query: string;
  readonly unlockToken: string | null;
  /** Where the QR code hangs that led here, empty where nobody said; null for a visit without one. */
  readonly scannedAt: string | null;
  readonly visitor: Visitor;
};

export type Verdict =
  | { readonly kind: 'go'; readonly location: string; readonly status: number }
  | { readonly kind: 'preview'; readonly targetUrl: string | null; readonly createdAtMs: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'expired'; readonly expiredAtMs: number }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'locked' }
  /** A limited or protected link does not answer a prefetch: the browser would show it without a counted visit. */
  | { readonly kind: 'prefetch_refused' };

/** Finds links, caches first. Throws only when no store can answer. */
export type HotLinks = { find(domain: string, code: string): Promise<HotLink | null> };

/** The budget of a link with `max_clicks`, decided by one conditional write per visit. */
export type ClickBudget = {
  /** True for exactly the first `maxClicks` claims. */
  claim(domain: string, code: string, maxClicks: number): Promise<boolean>;
  isSpent(domain: string, code: string, maxClicks: number): Promise<boolean>;
};

/** Takes a click for good: when the promise settles the click is on the stream, in the spool, or in the log. */
export type ClickSink = { record(click: ClickEvent): Promise<void> };

export type VisitDeps = {
  readonly links: HotLinks;
  readonly budget: ClickBudget;
  readonly clicks: ClickSink;
  readonly opens: (link: { domain: string; code: string; unlockKey: string }, token: string, nowMs: number) => boolean;
  readonly visitorHash: VisitorHash;
  readonly newClickId: (nowMs: number) => string;
  readonly nowMs: () => number;
};

/**
 * One visit: decided once as data, counted once, here and only here, and only if it leads somewhere. The answer may
 * leave when this settles, because the click is safe by then.
 */
export async function visit(deps: VisitDeps, request: Visit): Promise<Verdict> {
  if (!couldBeCode(request.code)) return { kind: 'unknown' };
  const link = await deps.links.find(request.domain, request.code);
  const nowMs = deps.nowMs();
  const unlocked = link === null || link.unlockKey === null || hasUnlocked(deps, request, link.unlockKey, nowMs);
  const verdict = decide(link, { ...request, unlocked }, nowMs);
  if (verdict.kind !== 'go' || link === null) return verdict;

  const { domain, code } = request;
  if (request.intent !== 'open') {
    const spent = link.maxClicks !== null && (await deps.budget.isSpent(domain, code, link.maxClicks));
    return spent ? { kind: 'exhausted' } : verdict;
  }
  if (link.maxClicks !== null && !(await deps.budget.claim(domain, code, link.maxClicks))) return { kind: 'exhausted' };
  const { address, ...visitor } = request.visitor;
  await deps.clicks.record({
    id: deps.newClickId(nowMs),
    domain,
    code,
    workspace_id: link.workspaceId,
    tags: link.tags,
    at_ms: nowMs,
    source: request.scannedAt === null ? 'click' : 'scan',
    placement: request.scannedAt ?? '',
    ...visitor,
    ...campaignOf(request.query),
    visitor: await deps.visitorHash(address, visitor.user_agent, nowMs),
  });
  return verdict;
}

/** The whole policy of a visit, pure. A new outcome is a new variant of Verdict, and the compiler finds every place it matters. */
export function decide(
  link: HotLink | null,
  request: Pick<Visit, 'intent' | 'query'> & { readonly unlocked: boolean },
  nowMs: number,
): Verdict {
  if (link === null) return { kind: 'unknown' };
  if (link.status !== 'active') return { kind: 'disabled' };
  if (link.expiresAtMs !== null && link.expiresAtMs <= nowMs) return { kind: 'expired', expiredAtMs: link.expiresAtMs };
  if (request.intent === 'preview') {
    return {
      kind: 'preview',
      targetUrl: link.unlockKey === null ? link.targetUrl : null,
      createdAtMs: link.createdAtMs,
    };
  }
  if (request.intent === 'prefetch' && (link.unlockKey !== null || link.maxClicks !== null))
    return { kind: 'prefetch_refused' };
  if (!request.unlocked) return { kind: 'locked' };
  const location = locationOf(link, request.query);
  return location === null ? { kind: 'disabled' } : { kind: 'go', location, status: link.redirectStatus };
}

/** The scheme is checked again at the last moment: whatever wrote the store, only http and https are ever sent out. */
function locationOf(link: HotLink, query: string): string | null {
  if (!/^https?:\/\//.test(link.targetUrl)) return null;
  if (!link.forwardQuery || query === '') return link.targetUrl;
  const url = new URL(link.targetUrl);
  url.search = url.search === '' ? query : `${url.search.slice(1)}&${query}`;
  return url.href;
}

function hasUnlocked(deps: VisitDeps, { domain, code, unlockToken }: Visit, unlockKey: string, nowMs: number): boolean {
  return unlockToken !== null && deps.opens({ domain, code, unlockKey }, unlockToken, nowMs);
}
