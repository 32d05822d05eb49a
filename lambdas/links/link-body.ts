import type { LinkChanges } from '../../core/links/change-link.ts';
import type { Link } from '../../core/links/link.ts';
import type { HashPassword } from '../../core/links/link-request.ts';
import { expiryOf } from '../../core/links/link-request.ts';
import type { ChangeBody, LinkAnswer } from './schemas.ts';

export { toDraft } from '../../core/links/link-request.ts';

/** The changes in a patch: absent members stay, `null` clears. */
export async function toChanges(body: ChangeBody, nowMs: number, hashPassword: HashPassword): Promise<LinkChanges> {
  return {
    ...(body.original_url === undefined ? {} : { targetUrl: body.original_url }),
    ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
    ...(body.expires_at === undefined ? {} : { expiresAtMs: expiryOf(body.expires_at, nowMs) }),
    ...(body.max_clicks === undefined ? {} : { maxClicks: body.max_clicks }),
    ...(body.password === undefined
      ? {}
      : { password: body.password === null ? null : await hashPassword(body.password) }),
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(body.tags === undefined ? {} : { tags: [...new Set(body.tags)] }),
    ...(body.external_id === undefined ? {} : { externalId: body.external_id }),
    ...(body.redirect_status === undefined ? {} : { redirectStatus: body.redirect_status }),
    ...(body.forward_query === undefined ? {} : { forwardQuery: body.forward_query }),
  };
}

export function toAnswer(link: Link, clicks: number, shortOrigin: string): LinkAnswer {
  return {
    short_code: link.code,
    short_url: `${shortOrigin}/${link.code}`,
    original_url: link.targetUrl,
    is_custom_alias: link.isCustomAlias,
    is_active: link.status === 'active',
    password_protected: link.password !== null,
    expires_at: link.expiresAtMs === null ? null : new Date(link.expiresAtMs).toISOString(),
    max_clicks: link.maxClicks,
    title: link.title,
    tags: [...link.tags],
    external_id: link.externalId,
    redirect_status: link.redirectStatus,
    forward_query: link.forwardQuery,
    clicks,
    version: link.version,
    created_at: new Date(link.createdAtMs).toISOString(),
    updated_at: new Date(link.updatedAtMs).toISOString(),
  };
}
