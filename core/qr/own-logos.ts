import { seededAtMs, seededBytes } from '../accounts/idempotency.ts';
import { Failure } from '../errors.ts';
import { couldBeId, newSortableId } from '../sortable-id.ts';
import type { SignForm, UploadForm } from '../upload-form.ts';
import type { PictureDecoders } from './logo.ts';
import { readLogo } from './logo.ts';
import type { LogoFormat } from './logo-header.ts';
import { LOGO_MAX_BYTES, logoHeader, logoRefused } from './logo-header.ts';
import { pixelsPng } from './pixels-png.ts';
import type { LogoFiles, LogoState, UploadedLogo, UploadedLogos } from './uploaded-logo.ts';
import { logoUploadKey, MAX_LOGOS } from './uploaded-logo.ts';

export type LogosDeps = {
  readonly uploaded: UploadedLogos;
  readonly files: LogoFiles;
  readonly signForm: SignForm;
  readonly decoders: PictureDecoders;
  readonly nowMs: () => number;
};

export type AnnouncedLogo = { readonly format: LogoFormat; readonly sizeBytes: number | null };

/**
 * Files a logo that is still to be uploaded, and signs the form for it, which takes a file of this type and, where it is said,
 * this size only. Its id follows from the seed. Throws LIMIT_REACHED.
 */
export async function announceLogo(
  deps: LogosDeps,
  workspaceId: string,
  { format, sizeBytes }: AnnouncedLogo,
  seed: string,
): Promise<{ readonly logo: UploadedLogo; readonly form: UploadForm }> {
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('logo', createdAtMs, seededBytes(seed));
  const form = await deps.signForm({
    key: logoUploadKey(workspaceId, id),
    contentType: `image/${format}`,
    minBytes: sizeBytes ?? 1,
    maxBytes: sizeBytes ?? LOGO_MAX_BYTES,
  });
  const uploadEndsAtMs = form.expiresAtMs;
  const logo = { id, workspaceId, format, createdAtMs, uploadEndsAtMs, state: { status: 'pending' } } as const;
  if ((await deps.uploaded.create(logo, MAX_LOGOS)) === 'full') {
    const detail = `A workspace has at most ${MAX_LOGOS} logos; delete one that is not used.`;
    throw new Failure('LIMIT_REACHED', { limit: MAX_LOGOS }, { detail });
  }
  return { logo, form };
}

/**
 * The workspace's logo. What was uploaded is looked at once, by the first who asks after it: then it is a PNG of ours that codes
 * can carry, or refused, and the upload is gone either way. Throws LOGO_NOT_FOUND, also for another workspace's.
 */
export async function ownLogo(deps: LogosDeps, workspaceId: string, id: string): Promise<UploadedLogo> {
  const logo = couldBeId('logo', id) ? await deps.uploaded.find(workspaceId, id) : null;
  if (logo === null) throw new Failure('LOGO_NOT_FOUND');
  return logo.state.status === 'pending' ? lookedAt(deps, logo) : logo;
}

/** Takes the logo from the workspace; codes that carry it already keep it. Throws LOGO_NOT_FOUND. */
export async function deleteLogo({ uploaded, files }: LogosDeps, workspaceId: string, id: string): Promise<void> {
  const isThere = couldBeId('logo', id) && (await uploaded.remove(workspaceId, id));
  if (!isThere) throw new Failure('LOGO_NOT_FOUND');
  await Promise.all([files.removeUpload(workspaceId, id), files.removeClean(workspaceId, id)]);
}

async function lookedAt(deps: LogosDeps, logo: UploadedLogo): Promise<UploadedLogo> {
  const { uploaded, files } = deps;
  const { workspaceId, id } = logo;
  // One byte more than may be tells that there are too many, however many there are.
  const bytes = await files.readUpload(workspaceId, id, LOGO_MAX_BYTES + 1);
  if (bytes === null && deps.nowMs() < logo.uploadEndsAtMs + UPLOAD_UNDER_WAY_MS) return logo;
  const state = bytes === null ? NOTHING_CAME : await cleaned(deps, logo, bytes);
  const isSettled = await uploaded.settle(workspaceId, id, state);
  const now = isSettled ? { ...logo, state } : await uploaded.find(workspaceId, id);
  // Somebody else looked at another file of the same form, or deleted the logo.
  if (now?.state.status !== 'ready' && state.status === 'ready') await files.removeClean(workspaceId, id);
  if (now === null) throw new Failure('LOGO_NOT_FOUND');
  await files.removeUpload(workspaceId, id);
  return now;
}

/** An upload that began before its form was over may end later. */
const UPLOAD_UNDER_WAY_MS = 300_000;
const NOTHING_CAME: LogoState = { status: 'refused', reason: 'Nothing was uploaded while the form for it was open.' };

async function cleaned({ decoders, files }: LogosDeps, logo: UploadedLogo, bytes: Uint8Array): Promise<LogoState> {
  try {
    requireFormat(logo.format, logoHeader(bytes).format);
    const picture = await readLogo(decoders, bytes);
    await files.putClean(logo.workspaceId, logo.id, pixelsPng(picture));
    return { status: 'ready', widthPx: picture.widthPx, heightPx: picture.heightPx };
  } catch (error) {
    if (error instanceof Failure && error.word === 'LOGO_REFUSED')
      return { status: 'refused', reason: error.detail ?? error.word };
    throw error;
  }
}

function requireFormat(announced: LogoFormat, found: LogoFormat): void {
  if (announced === found) return;
  throw logoRefused(`The logo was announced as ${announced.toUpperCase()} but is ${found.toUpperCase()}.`);
}
