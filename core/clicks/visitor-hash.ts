import { createHmac } from 'node:crypto';

/** Salts that live for one UTC day. */
export type DailySalts = {
  /** The salt of the day that `nowMs` is in, or null where none is to be had in time. Never throws. */
  at(nowMs: number): Promise<Uint8Array | null>;
};

/** Names a visitor for one day. Empty where there is no salt: nobody is told apart without one. */
export type VisitorHash = (address: string, userAgent: string, nowMs: number) => Promise<string>;

/** 12 bytes in base64url: among a million visitors of a day two share one with odds of 1 in 10¹⁶. */
const HASH_LENGTH = 16;

/**
 * Who knows the salt could try all addresses, so it is what must be forgotten: see docs/decisions/0013-what-a-click-holds.md.
 */
export const visitorHash =
  (salts: DailySalts): VisitorHash =>
  async (address, userAgent, nowMs) => {
    const salt = await salts.at(nowMs);
    if (salt === null) return '';
    return createHmac('sha256', salt).update(`${address}\n${userAgent}`).digest('base64url').slice(0, HASH_LENGTH);
  };
