import { Failure } from '../errors.ts';
import { couldBeId } from '../sortable-id.ts';
import type { LogoDeps } from './create-code.ts';
import type { QrLook } from './make-code.ts';
import { drawQr } from './make-code.ts';
import type { QrCode } from './qr-code.ts';
import type { QrCodeStore } from './qr-code-store.ts';
import type { FileDeps, QrFile } from './qr-file.ts';
import { fileOf } from './qr-file.ts';

/** The workspace's code. Throws QR_NOT_FOUND, also for another workspace's. */
export async function ownCode(
  { codes }: { readonly codes: Pick<QrCodeStore, 'find'> },
  workspaceId: string,
  id: string,
): Promise<QrCode> {
  const code = couldBeId('qr', id) ? await codes.find(workspaceId, id) : null;
  if (code === null) throw new Failure('QR_NOT_FOUND');
  return code;
}

/**
 * The code in another format or size. Whether it scans was settled when it was made. Throws QR_SIZE_TOO_SMALL, and LOGO_NOT_FOUND
 * where its logo was deleted since.
 */
export async function convertCode(
  deps: FileDeps & LogoDeps,
  { workspaceId, content, title, look }: QrCode,
  other: Partial<Pick<QrLook, 'format' | 'size'>>,
): Promise<QrFile> {
  const place = look.style.logo;
  const logo = place === null ? null : await deps.logos.find(workspaceId, place.id);
  if (place !== null && logo === null) throw new Failure('LOGO_NOT_FOUND', {}, { detail: LOGO_IS_GONE });
  const request = { ...look, ...other, content, title, logo };
  return fileOf(deps, drawQr(request), request);
}

const LOGO_IS_GONE = 'The logo of this code was deleted: the code stays in the form in which it was made.';
