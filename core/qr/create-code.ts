import { seededAtMs, seededBytes } from '../accounts/idempotency.ts';
import { validationFailed } from '../errors.ts';
import { newSortableId } from '../sortable-id.ts';
import type { CleanLogo, LogoStore } from './logo-store.ts';
import type { MadeCode, MakeDeps, QrRequest } from './make-code.ts';
import { makeCode, requireScannable } from './make-code.ts';
import type { QrCode, WantedCode } from './qr-code.ts';
import { parametersSha256 } from './qr-code.ts';
import type { QrCodeStore } from './qr-code-store.ts';
import type { ImageStore } from './qr-image.ts';
import { imageOf } from './qr-image.ts';
import type { QrStyle } from './style.ts';

export type LogoDeps = { readonly logos: LogoStore };
export type CreateCodeDeps = MakeDeps &
  LogoDeps & { readonly codes: QrCodeStore; readonly images: Pick<ImageStore, 'put'> };

export type CreateCodeRequest = {
  readonly workspaceId: string;
  readonly wanted: WantedCode;
  /** Whether a code that does not scan is wanted nevertheless. */
  readonly force: boolean;
  /** Its id follows from it, so that a repeat of a request that was cut off makes the same code. */
  readonly seed: string;
  /** Called before anything is drawn; not for a code that is there already. */
  readonly takeQuota: () => Promise<void>;
};

export type CreatedCode = { readonly kind: 'created' | 'existing'; readonly code: QrCode };

/**
 * The workspace's code with these parameters: the one that is there, which is neither drawn nor stored again, or a new one. Throws
 * what `makeCode` throws, VALIDATION_FAILED for a logo that is not there, and whatever `takeQuota` throws.
 */
export async function createCode(deps: CreateCodeDeps, request: CreateCodeRequest): Promise<CreatedCode> {
  const { workspaceId, wanted, force, seed, takeQuota } = request;
  const hash = parametersSha256(wanted);
  const known = await deps.codes.findByParameters(workspaceId, hash);
  if (known !== null) {
    requireScannable(known.scan, force);
    return { kind: 'existing', code: known };
  }
  await takeQuota();
  const made = await makeCode(deps, await qrRequestOf(deps, workspaceId, wanted), { force });
  const image = imageOf(workspaceId, made);
  await deps.codes.expectImage(workspaceId, hash, image.key);
  await deps.images.put(image.key, made.bytes, made.contentType);
  const createdAtMs = seededAtMs(seed);
  // Not the bytes that a link of the same request takes for its code, which everybody may see.
  const id = newSortableId('qr', createdAtMs, seededBytes(`${seed}#qr`));
  const code = await deps.codes.create({ ...wanted, ...madeMembers(made, image), id, workspaceId, createdAtMs }, hash);
  return { kind: code.id === id ? 'created' : 'existing', code };
}

const madeMembers = (
  { bytes, widthPx, heightPx, version, errorCorrection, scan }: MadeCode,
  image: ReturnType<typeof imageOf>,
) => ({ image: { ...image, bytes: bytes.byteLength, widthPx, heightPx }, version, errorCorrection, scan });

/** What the drawing verbs take, with the logo in hand. Throws VALIDATION_FAILED for a logo that is not there. */
export async function qrRequestOf(
  deps: LogoDeps,
  workspaceId: string,
  { content, title, look }: Pick<WantedCode, 'content' | 'title' | 'look'>,
): Promise<QrRequest> {
  return { ...look, content, title, logo: await logoOf(deps, workspaceId, look.style) };
}

/** Throws VALIDATION_FAILED where the workspace has no such logo. */
export async function logoOf({ logos }: LogoDeps, workspaceId: string, { logo }: QrStyle): Promise<CleanLogo | null> {
  if (logo === null) return null;
  const found = await logos.find(workspaceId, logo.id);
  if (found !== null) return found;
  const message = 'There is no such logo in this workspace, or it was not checked yet.';
  throw validationFailed([{ path: 'style.logo_id', code: 'unknown_logo', message }]);
}
