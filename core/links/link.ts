export const REDIRECT_STATUSES = [301, 302, 307, 308] as const;
export type RedirectStatus = (typeof REDIRECT_STATUSES)[number];

/** `deleted` is a tombstone: the code stays taken for ever. */
export type LinkStatus = 'active' | 'disabled' | 'deleted';

export type LinkPassword = {
  /** argon2id in PHC form, see `link-password.ts`. */
  readonly hash: string;
  /** base64url of 32 random bytes, new with each password: signs this link's unlock tokens, so a new password ends them. */
  readonly unlockKey: string;
};

/** What a customer may decide about a link. */
export type LinkSettings = {
  /** Normalised `URL.href`, http or https. */
  readonly targetUrl: string;
  readonly expiresAtMs: number | null;
  readonly maxClicks: number | null;
  readonly password: LinkPassword | null;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly externalId: string | null;
  readonly redirectStatus: RedirectStatus;
  /** Whether the visitor's query string is added to the target's. */
  readonly forwardQuery: boolean;
};

export type Link = LinkSettings & {
  /** Id of the short domain. */
  readonly domain: string;
  readonly code: string;
  readonly workspaceId: string;
  readonly isCustomAlias: boolean;
  readonly status: LinkStatus;
  /** Rises by one with each change; the ETag. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The request that made it: a retried write recognises its own work by this and makes nothing twice. */
  readonly creationId: string;
};

/** `workspaceId` of a link that is nobody's any more. */
export const NOBODY = '';

/** What stays of a link when its workspace is erased: the code, taken for ever, and nothing of whose it was. */
export const erasedLink = ({ domain, code, version }: Pick<Link, 'domain' | 'code' | 'version'>): Link => ({
  domain,
  code,
  workspaceId: NOBODY,
  version: version + 1,
  status: 'deleted',
  isCustomAlias: false,
  targetUrl: '',
  expiresAtMs: null,
  maxClicks: null,
  password: null,
  title: null,
  tags: [],
  externalId: null,
  redirectStatus: 302,
  forwardQuery: false,
  createdAtMs: 0,
  updatedAtMs: 0,
  creationId: '',
});
