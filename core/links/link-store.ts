import type { AuditEntry } from '../accounts/audit.ts';
import type { Link, LinkStatus } from './link.ts';

export type CreateOutcome =
  /** `link` is what is stored: on a repeat, the first attempt's. */
  | { readonly kind: 'created'; readonly link: Link }
  /** The code belongs to somebody, or did once. */
  | { readonly kind: 'code_taken' }
  /** `if_exists: return` and another request claimed the same target at the same moment. */
  | { readonly kind: 'target_claimed'; readonly code: string };

export type ListFilter = {
  readonly tag: string | null;
  readonly search: string | null;
  readonly status: LinkStatus | 'expired' | null;
  readonly createdAfter: string | null;
  readonly createdBefore: string | null;
  readonly externalId: string | null;
};

/** `cursor` is opaque outside the store: whatever the last page's key was. */
export type Page<T> = { readonly items: readonly T[]; readonly cursor: string | null };

export type LinkStore = {
  /**
   * One conditional write decides. A repeat of the same `creationId` is `created` again, never a second link. A claim
   * that names `outlivedClaim` is taken over: the caller has seen that the link of that code no longer leads there.
   */
  create(
    link: Link,
    options: { readonly claimTarget: boolean; readonly outlivedClaim?: string | null },
  ): Promise<CreateOutcome>;
  /** All or none of up to 100 links; `taken` names the codes that were not free. */
  createTogether(links: readonly Link[]): Promise<{ readonly taken: readonly string[] }>;
  /**
   * Takes back links, as they were read or made, of a request or batch that failed: removes those that still carry its
   * `creationId`, with all that is kept of them. A link that was deleted stays so: its code is never given out again.
   */
  takeBack(links: readonly Link[]): Promise<void>;
  find(domain: string, code: string): Promise<Link | null>;
  findByTarget(workspaceId: string, targetUrl: string): Promise<Link | null>;
  /**
   * Replaces the link if its version is still `changed.version - 1`, keeps the former one as history and writes the entry
   * into the workspace's audit log: all of it or nothing.
   */
  change(former: Link, changed: Link, entry: AuditEntry): Promise<'changed' | 'conflict'>;
  list(
    workspaceId: string,
    filter: ListFilter,
    limit: number,
    cursor: string | null,
    nowMs: number,
  ): Promise<Page<Link>>;
  findMany(domain: string, codes: readonly string[]): Promise<readonly Link[]>;
};

/** Clicks as counted; the API shows them beside the link. */
export type ClickTotals = {
  totalsOf(domain: string, codes: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Codes of a workspace that have clicks, most first. */
  mostClicked(
    workspaceId: string,
    limit: number,
    cursor: string | null,
  ): Promise<Page<{ readonly code: string; readonly total: number }>>;
};

/** Blocked host names, lower-case. */
export type Blocklist = { hosts(): Promise<ReadonlySet<string>> };
