import type { Page } from '../links/link-store.ts';
import { LOGO_UPLOADS_PREFIX } from './folders.ts';
import type { LogoFormat } from './logo-header.ts';

/** `<workspace_id>/<logo_id>`. */
export const logoUploadKey = (workspaceId: string, logoId: string): string =>
  `${LOGO_UPLOADS_PREFIX}${workspaceId}/${logoId}`;

/** Logos that a workspace may have. */
export const MAX_LOGOS = 100;

export const LOGO_STATUSES = ['pending', 'ready', 'refused'] as const;

export type LogoState =
  /** Nobody has looked yet at what was uploaded, or nothing was. */
  | { readonly status: 'pending' }
  /** The size of the picture that is drawn. */
  | { readonly status: 'ready'; readonly widthPx: number; readonly heightPx: number }
  /** A sentence that says what is wrong with the file. */
  | { readonly status: 'refused'; readonly reason: string };

export type UploadedLogo = {
  readonly id: string;
  readonly workspaceId: string;
  /** What the file was said to be. */
  readonly format: LogoFormat;
  readonly createdAtMs: number;
  /** When the form for its upload is over. */
  readonly uploadEndsAtMs: number;
  readonly state: LogoState;
};

export type UploadedLogos = {
  /** `known` where it is there already, as after a repeat; `full` where the workspace has as many as `max`. */
  create(logo: UploadedLogo, max: number): Promise<'created' | 'known' | 'full'>;
  find(workspaceId: string, id: string): Promise<UploadedLogo | null>;
  /** Newest first, from the one before `beforeId` on. */
  list(workspaceId: string, limit: number, beforeId: string | null): Promise<Page<UploadedLogo>>;
  /** Says once what became of a pending logo; false where that is said already, or it is gone. */
  settle(workspaceId: string, id: string, state: LogoState): Promise<boolean>;
  /** False where it is not there. */
  remove(workspaceId: string, id: string): Promise<boolean>;
};

export type LogoFiles = {
  /** The first `maxBytes` of what was uploaded; null where nothing was. */
  readUpload(workspaceId: string, id: string, maxBytes: number): Promise<Uint8Array | null>;
  removeUpload(workspaceId: string, id: string): Promise<void>;
  putClean(workspaceId: string, id: string, pngBytes: Uint8Array): Promise<void>;
  removeClean(workspaceId: string, id: string): Promise<void>;
  /** A URL that shows the picture to whoever has it, for some minutes. */
  cleanUrl(workspaceId: string, id: string): Promise<string>;
};
