import { createHash } from 'node:crypto';
import type { QrLook } from './make-code.ts';
import type { ErrorCorrection } from './matrix.ts';
import type { Scan } from './scan-path.ts';
import type { ScanReport } from './scan-report.ts';

/** A code that is wanted: what it says and how it looks, with every default in its place. */
export type WantedCode = {
  /** The text in the code. */
  readonly content: string;
  /** The link it leads to, by which its scans are counted; null for a static code. */
  readonly link: Scan | null;
  readonly title: string;
  readonly look: QrLook;
};

/** A code that was made and kept. It never changes. */
export type QrCode = WantedCode & {
  readonly id: string;
  readonly workspaceId: string;
  readonly image: {
    /** In the images bucket and, behind a slash, on the short domain. */
    readonly key: string;
    /** SHA-256 of the bytes, in hex. */
    readonly contentHash: string;
    readonly bytes: number;
    readonly widthPx: number;
    readonly heightPx: number;
  };
  readonly version: number;
  /** What the code has, at least what the look asks for. */
  readonly errorCorrection: ErrorCorrection;
  readonly scan: ScanReport;
  readonly createdAtMs: number;
};

/** Raised where the same parameters would be drawn in another way than before. */
const DRAWN_BY = 2;

/** Equal for codes that would be equal, whatever the order of their members was. */
export const parametersSha256 = (wanted: WantedCode): string =>
  createHash('sha256')
    .update(canonical([DRAWN_BY, wanted]))
    .digest('hex');

/** JSON with the members of each object in the order of their names. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
