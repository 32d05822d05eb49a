import type { Page } from '../links/link-store.ts';
import type { QrCode } from './qr-code.ts';

/** Codes of workspaces, by their ids and by their parameters. */
export type QrCodeStore = {
  find(workspaceId: string, id: string): Promise<QrCode | null>;
  findByParameters(workspaceId: string, parametersSha256: string): Promise<QrCode | null>;
  /**
   * Files which image is about to be stored for these parameters: where no code comes of it, because the work was cut off, it still
   * goes when all of the workspace is erased.
   */
  expectImage(workspaceId: string, parametersSha256: string, imageKey: string): Promise<void>;
  /** One condition decides: answers the code that has these parameters now, this one or one that was there before. */
  create(code: QrCode, parametersSha256: string): Promise<QrCode>;
  /** Newest first, from the one before `beforeId` on. */
  list(workspaceId: string, limit: number, beforeId: string | null): Promise<Page<QrCode>>;
};
