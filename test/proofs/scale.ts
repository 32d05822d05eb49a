/**
 * Proofs run small within `npm test` and in the sizes of the promise by `npm run prove` (PROOF_SCALE=full).
 */
export const isFull = process.env['PROOF_SCALE'] === 'full';
export const sized = <T>(small: T, full: T): T => (isFull ? full : small);

/** Time limit of one test, milliseconds. */
export const LIMIT_MS = sized(60_000, 1_800_000);
