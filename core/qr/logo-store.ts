import type { Pixels } from './drawing.ts';
import { CLEAN_LOGOS_PREFIX } from './folders.ts';

/** `<workspace_id>/<logo_id>.png`, at most 512 pixels wide and high. */
export const cleanLogoKey = (workspaceId: string, logoId: string): string =>
  `${CLEAN_LOGOS_PREFIX}${workspaceId}/${logoId}.png`;

/** A logo as it is drawn: a PNG of ours, and its pixels. */
export type CleanLogo = { readonly pngBytes: Uint8Array; readonly pixels: Pixels };

export type LogoStore = {
  /** Null where the workspace has no such logo, or none that may be drawn. */
  find(workspaceId: string, logoId: string): Promise<CleanLogo | null>;
};
