import type { Link, LinkStatus, RedirectStatus } from './link.ts';
import { REDIRECT_STATUSES } from './link.ts';

/** The part of a link that a visit needs: what the caches hold. No password hash is among it. */
export type HotLink = {
  readonly code: string;
  readonly workspaceId: string;
  readonly tags: readonly string[];
  readonly version: number;
  readonly status: LinkStatus;
  readonly targetUrl: string;
  readonly expiresAtMs: number | null;
  readonly maxClicks: number | null;
  readonly unlockKey: string | null;
  readonly redirectStatus: RedirectStatus;
  readonly forwardQuery: boolean;
  readonly createdAtMs: number;
};

export const toHotLink = (link: Link): HotLink => ({
  code: link.code,
  workspaceId: link.workspaceId,
  tags: link.tags,
  version: link.version,
  status: link.status,
  targetUrl: link.targetUrl,
  expiresAtMs: link.expiresAtMs,
  maxClicks: link.maxClicks,
  unlockKey: link.password?.unlockKey ?? null,
  redirectStatus: link.redirectStatus,
  forwardQuery: link.forwardQuery,
  createdAtMs: link.createdAtMs,
});

/** Rises when the encoding changes: entries of another schema are ignored and rewritten, never misread. */
const SCHEMA = 2;
const MISS = `${SCHEMA}:miss`;

export const encodeHotLink = (link: HotLink | null): string =>
  link === null ? MISS : `${SCHEMA}:${JSON.stringify(link)}`;

/**
 * What a cache entry says: a link, `null` for "there is none", or `undefined` for an entry that cannot be trusted:
 * another schema, damaged bytes, a code that is not the one asked for. An untrusted entry is read past, never served.
 */
export function decodeHotLink(entry: string, code: string): HotLink | null | undefined {
  if (entry === MISS) return null;
  if (!entry.startsWith(`${SCHEMA}:`)) return undefined;
  try {
    const value: unknown = JSON.parse(entry.slice(entry.indexOf(':') + 1));
    return isHotLink(value) && value.code === code ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHotLink(value: unknown): value is HotLink {
  if (typeof value !== 'object' || value === null) return false;
  const link = value as Partial<Record<keyof HotLink, unknown>>;
  return (
    typeof link.code === 'string' &&
    typeof link.workspaceId === 'string' &&
    Array.isArray(link.tags) &&
    link.tags.every((tag) => typeof tag === 'string') &&
    typeof link.version === 'number' &&
    (link.status === 'active' || link.status === 'disabled' || link.status === 'deleted') &&
    typeof link.targetUrl === 'string' &&
    isNullOr('number', link.expiresAtMs) &&
    isNullOr('number', link.maxClicks) &&
    isNullOr('string', link.unlockKey) &&
    REDIRECT_STATUSES.some((status) => status === link.redirectStatus) &&
    typeof link.forwardQuery === 'boolean' &&
    typeof link.createdAtMs === 'number'
  );
}

const isNullOr = (type: 'number' | 'string', value: unknown): boolean => value === null || typeof value === type;
