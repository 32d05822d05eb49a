import { createHash } from 'node:crypto';
import type { RandomBytes } from '../links/short-code.ts';

/** A year without a sign-in, and a device is a stranger again. */
export const KNOWN_DEVICE_LIFETIME_S = 365 * 86_400;
const TOKEN_BYTES = 32;
const PATTERN = /^[A-Za-z0-9_-]{43}$/;

export type KnownDeviceStore = {
  /** Whether its person signed in with it since `sinceMs`: whoever had a former password has no device by it. */
  isKnown(userId: string, deviceSha256: string, sinceMs: number, nowMs: number): Promise<boolean>;
  remember(userId: string, deviceSha256: string, nowMs: number): Promise<void>;
};

/** What a browser keeps to be recognised by. It opens nothing. */
export const newDeviceToken = (randomBytes: RandomBytes): string =>
  Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url');

export const isDeviceToken = (text: string): boolean => PATTERN.test(text);

/** Hex: what is stored. */
export const deviceSha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whose windows of guesses a known device has: its own at that account. Both are hashes. */
export const deviceSubject = (account: string, deviceSha256: string): string => `${account}.${deviceSha256}`;
