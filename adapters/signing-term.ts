import type { S3Client } from '@aws-sdk/client-s3';

/** When something is signed, and how long it is good for. */
export type SigningTerm = { readonly signedAtMs: number; readonly lifetimeS: number; readonly expiresAtMs: number };

/**
 * As long as a file takes over a slow line. Lambda does not tell a function when the credentials of its role end, some hours
 * after they began; where nobody tells, only a short promise is a safe one.
 */
const LONGEST_MS = 900_000;
/** What S3 takes for a lifetime at the least. */
const SHORTEST_S = 1;

/**
 * The term of what is signed now. It ends with the credentials that sign it, whatever is written in it (S3 User Guide,
 * "Download and upload objects with presigned URLs"), and with what it is for. S3 counts in whole seconds.
 */
export async function signingTerm(client: S3Client, nowMs: number, untilMs = Infinity): Promise<SigningTerm> {
  const { expiration } = await client.config.credentials();
  const signedAtMs = Math.floor(nowMs / 1_000) * 1_000;
  const endsAtMs = Math.min(signedAtMs + LONGEST_MS, untilMs, expiration?.getTime() ?? Infinity);
  const lifetimeS = Math.max(SHORTEST_S, Math.floor((endsAtMs - signedAtMs) / 1_000));
  return { signedAtMs, lifetimeS, expiresAtMs: signedAtMs + lifetimeS * 1_000 };
}
