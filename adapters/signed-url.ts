import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Download } from '../core/download.ts';
import { signingTerm } from './signing-term.ts';

/** A URL that shows an object to whoever has it, for minutes and never longer than `untilMs`; signed in the function's own name. */
export async function signedUrl(
  client: S3Client,
  object: GetObjectCommandInput,
  nowMs: number,
  untilMs?: number,
): Promise<Download> {
  const { signedAtMs, lifetimeS, expiresAtMs } = await signingTerm(client, nowMs, untilMs);
  const url = await getSignedUrl(client, new GetObjectCommand(object), {
    signingDate: new Date(signedAtMs),
    expiresIn: lifetimeS,
  });
  return { url, expiresAtMs };
}
