export const ERROR_CORRECTIONS = ['L', 'M', 'Q', 'H'] as const;
export type ErrorCorrection = (typeof ERROR_CORRECTIONS)[number];

/** What a module is for. Only `data` may be hidden by a logo. */
export const ROLES = ['data', 'finder', 'separator', 'timing', 'alignment', 'format', 'version'] as const;
export type Role = (typeof ROLES)[number];

/** A code without any looks. */
export type QrMatrix = {
  /** Modules of an edge: 21–177. */
  readonly size: number;
  readonly version: number;
  /** What the code has, at least what was asked for. */
  readonly errorCorrection: ErrorCorrection;
  readonly mask: number;
  /** Row by row, 1 is dark. */
  readonly modules: Uint8Array;
};
