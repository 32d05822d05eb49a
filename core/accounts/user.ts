/** How a person wants to be shown things; all members are optional for the API, none for the store. */
export type Preferences = {
  /** IANA name, `Europe/Berlin`. */
  readonly timezone: string;
  /** BCP 47 tag, `de-AT`. */
  readonly locale: string;
  readonly theme: 'system' | 'light' | 'dark';
  /** The workspace a call is about when it names none; null is the personal one. */
  readonly defaultWorkspaceId: string | null;
};

export const DEFAULT_PREFERENCES: Preferences = {
  timezone: 'UTC',
  locale: 'en',
  theme: 'system',
  defaultWorkspaceId: null,
};

/** A person with an account. There is none before the e-mail address is proven, so it always is. */
export type User = {
  readonly id: string;
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly name: string;
  /** argon2id in PHC form, with its parameters. */
  readonly passwordHash: string;
  readonly passwordChangedAtMs: number;
  /** Administrators of this Signpost see and change everybody's accounts. */
  readonly isAdmin: boolean;
  /** `deleted` is an account whose erasure has begun; nothing brings it back. */
  readonly status: 'active' | 'suspended' | 'deleted';
  readonly personalWorkspaceId: string;
  readonly preferences: Preferences;
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};
