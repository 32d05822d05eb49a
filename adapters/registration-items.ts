import { emailSha256 } from '../core/accounts/email.ts';
import type { Registration } from '../core/accounts/registration.ts';
import { pendingUserKey } from './table.ts';

export const registrationItem = (registration: Registration) => ({
  ...pendingUserKey(emailSha256(registration.email), registration.tokenSha256),
  email: registration.email,
  name: registration.name,
  password_hash: registration.passwordHash,
  token_sha256: registration.tokenSha256,
  expires_at_ms: registration.expiresAtMs,
  ttl_s: Math.ceil(registration.expiresAtMs / 1_000),
});

export const fromRegistrationItem = (item: Readonly<Record<string, unknown>>): Registration => ({
  email: String(item['email']),
  name: String(item['name']),
  passwordHash: String(item['password_hash']),
  tokenSha256: String(item['token_sha256']),
  expiresAtMs: Number(item['expires_at_ms']),
});
