import type { MemberError } from '../../core/errors.ts';
import { validationFailed } from '../../core/errors.ts';
import type { LinkChanges } from '../../core/links/change-link.ts';
import type { LinkDraft } from '../../core/links/create-link.ts';
import type { Link, LinkPassword } from '../../core/links/link.ts';
import type { ChangeBody, CreateBody, LinkAnswer } from './schemas.ts';

type HashPassword = (password: string) => Promise<LinkPassword>;

/** The draft in a create body. Throws VALIDATION_FAILED when it expires in the past. */
export async function toDraft(body: CreateBody, nowMs: number, hashPassword: HashPassword): Promise<LinkDraft> {
  return {
    targetUrl: body.original_url,
    customAlias: body.custom_alias ?? null,
    expiresAtMs: expiryOf(body.expires_at, nowMs),
    maxClicks: body.max_clicks ?? null,
    password: isPresent(body.password) ? await hashPassword(body.password) : null,
    title: body.title ?? null,
    tags: [...new Set(body.tags ?? [])],
    externalId: body.external_id ?? null,
    redirectStatus: body.redirect_status ?? 302,
    forwardQuery: body.forward_query ?? false,
    ifExists: body.if_exists ?? 'create',
  };
}

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

const PAST_EXPIRY: MemberError = { path: 'expires_at', code: 'not_in_future', message: 'Must be in the future.' };

function expiryOf(expiresAt: string | null | undefined, nowMs: number): number | null {
  if (!isPresent(expiresAt)) return null;
  const expiresAtMs = Date.parse(expiresAt);
  if (expiresAtMs <= nowMs) throw validationFailed([PAST_EXPIRY]);
  return expiresAtMs;
}

const isPresent = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
