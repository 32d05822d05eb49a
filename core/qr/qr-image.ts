import { createHash } from 'node:crypto';
import { IMAGES_PREFIX } from './folders.ts';
import type { MadeCode } from './make-code.ts';

/** Images of a code, by the hash of their bytes. They never change, so whoever has one may keep it. */
export const IMAGE_CACHE_CONTROL = 'public, max-age=31536000, immutable';

export type QrImage = { readonly key: string; readonly contentHash: string };

/** Equal images of two workspaces have two names, so that one of them can be erased; none can be guessed from its content. */
export function imageOf(workspaceId: string, { bytes, extension }: Pick<MadeCode, 'bytes' | 'extension'>): QrImage {
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  const name = createHash('sha256').update(workspaceId).update('\0').update(contentHash).digest('hex');
  return { key: `${IMAGES_PREFIX}${name}.${extension}`, contentHash };
}

/** Where images lie. Putting one that is there changes nothing. */
export type ImageStore = {
  /** Null where there is none. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
};
