import { createHash } from 'node:crypto';
import type { Link } from '../core/links/link.ts';
import { NOBODY } from '../core/links/link.ts';
import { linkKey } from './table.ts';

/** A link as it lies in the table. Times are epoch milliseconds, except `created_at`, which the indexes sort by. */
export type LinkItem = {
  readonly pk: string;
  readonly sk: string;
  readonly domain: string;
  readonly code: string;
  /** Absent, so not listed, where the link is nobody's any more. */
  readonly workspace_id?: string;
  readonly target_url: string;
  readonly is_custom_alias: boolean;
  readonly status: Link['status'];
  readonly expires_at_ms: number | null;
  readonly max_clicks: number | null;
  readonly password_hash: string | null;
  readonly unlock_key: string | null;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly external_id: string | null;
  readonly redirect_status: Link['redirectStatus'];
  readonly forward_query: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at_ms: number;
  readonly creation_id: string;
  /** Lower-cased code, title and target: what `search` looks in. */
  readonly search_text: string;
  /** Index keys, absent (so not indexed) on tombstones and where there is no external id. */
  readonly workspace_target?: string;
  readonly workspace_external_id?: string;
};

/** A target's place in an index: hashed, because targets are longer than a key may be (2,048 bytes). */
export const workspaceTarget = (workspaceId: string, targetUrl: string): string =>
  `${workspaceId}#${createHash('sha256').update(targetUrl).digest('base64url')}`;
export const workspaceExternalId = (workspaceId: string, externalId: string): string => `${workspaceId}#${externalId}`;

export function toLinkItem(link: Link): LinkItem {
  const alive = link.status !== 'deleted';
  return {
    ...linkKey(link.domain, link.code),
    domain: link.domain,
    code: link.code,
    ...(link.workspaceId === NOBODY ? {} : { workspace_id: link.workspaceId }),
    target_url: link.targetUrl,
    is_custom_alias: link.isCustomAlias,
    status: link.status,
    expires_at_ms: link.expiresAtMs,
    max_clicks: link.maxClicks,
    password_hash: link.password?.hash ?? null,
    unlock_key: link.password?.unlockKey ?? null,
    title: link.title,
    tags: link.tags,
    external_id: link.externalId,
    redirect_status: link.redirectStatus,
    forward_query: link.forwardQuery,
    version: link.version,
    created_at: new Date(link.createdAtMs).toISOString(),
    updated_at_ms: link.updatedAtMs,
    creation_id: link.creationId,
    search_text: [link.code, link.title ?? '', link.targetUrl].join('\n').toLowerCase(),
    ...(alive ? { workspace_target: workspaceTarget(link.workspaceId, link.targetUrl) } : {}),
    ...(alive && link.externalId !== null
      ? { workspace_external_id: workspaceExternalId(link.workspaceId, link.externalId) }
      : {}),
  };
}

/** The link in an item that `toLinkItem` wrote; the table holds nothing else under a link's key. */
export function fromLinkItem(raw: Readonly<Record<string, unknown>>): Link {
  const item = raw as unknown as LinkItem;
  return {
    domain: item.domain,
    code: item.code,
    workspaceId: item.workspace_id ?? NOBODY,
    targetUrl: item.target_url,
    isCustomAlias: item.is_custom_alias,
    status: item.status,
    expiresAtMs: item.expires_at_ms,
    maxClicks: item.max_clicks,
    password:
      item.password_hash === null || item.unlock_key === null
        ? null
        : { hash: item.password_hash, unlockKey: item.unlock_key },
    title: item.title,
    tags: item.tags,
    externalId: item.external_id,
    redirectStatus: item.redirect_status,
    forwardQuery: item.forward_query,
    version: item.version,
    createdAtMs: Date.parse(item.created_at),
    updatedAtMs: item.updated_at_ms,
    creationId: item.creation_id,
  };
}
