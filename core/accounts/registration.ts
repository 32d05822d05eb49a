import type { Job } from './outbox.ts';

/** Somebody who wants an account and has not proven the address yet. Nothing else knows of them. */
export type Registration = {
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly tokenSha256: string;
  readonly expiresAtMs: number;
};

/** How a registration is found: by its token. */
export type RegistrationName = { readonly emailSha256: string; readonly tokenSha256: string };

export type RegistrationStore = {
  /** In one transaction with its mail. */
  put(registration: Registration, mail: Job): Promise<void>;
  find(name: RegistrationName): Promise<Registration | null>;
};
