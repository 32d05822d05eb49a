import type { Role } from './permissions.ts';
import type { PlanName } from './plan.ts';

/**
 * With the personal one. One deletion of an account ends all of them, so there are not more than that can: of the hundred
 * items that a transaction takes, each workspace needs two, the account itself four.
 */
export const MAX_OWNED_WORKSPACES = 48;
/** Members and open invites of one workspace together. */
export const MAX_SEATS = 100;

export type Workspace = {
  readonly id: string;
  readonly name: string;
  readonly plan: PlanName;
  readonly ownerId: string;
  /** A deleted workspace opens nothing any more while its links and keys are being erased. */
  readonly status: 'active' | 'deleted';
  readonly version: number;
  readonly createdAtMs: number;
};

export type Member = {
  readonly workspaceId: string;
  readonly userId: string;
  readonly role: Role;
  readonly joinedAtMs: number;
};

/** A seat offered by mail; its token proves that the mail was read. */
export type Invite = {
  readonly id: string;
  readonly workspaceId: string;
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly role: Exclude<Role, 'owner'>;
  readonly tokenSha256: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
};
