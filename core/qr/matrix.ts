import { Failure, validationFailed } from '../errors.ts';
import type { VersionGroup } from './capacity.ts';
import { blockPlan, capacityBits, maxBytes, needsUtf8Head, VERSION_GROUPS } from './capacity.ts';
import { codewordsOf } from './codewords.ts';
import { layoutOf } from './layout.ts';
import { putBestMask } from './mask.ts';
import type { Split } from './segments.ts';
import { splitText } from './segments.ts';

export const ERROR_CORRECTIONS = ['L', 'M', 'Q', 'H'] as const;
export type ErrorCorrection = (typeof ERROR_CORRECTIONS)[number];

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

export type MatrixOptions = {
  readonly errorCorrection: ErrorCorrection;
  /** At least this version (1–40), so that the codes of a series look alike. */
  readonly minVersion?: number;
};

/**
 * The smallest code that holds the text, with the best error correction that this size has room for. Throws
 * QR_CONTENT_TOO_LONG where no code holds it, VALIDATION_FAILED where there is no text.
 */
export function qrMatrix(text: string, { errorCorrection, minVersion = 1 }: MatrixOptions): QrMatrix {
  if (text === '')
    throw validationFailed([{ path: 'content', code: 'too_short', message: 'A QR code needs some content.' }]);
  const { split, group, version } = smallest(text, errorCorrection, minVersion);
  const level = ERROR_CORRECTIONS.findLast((better) => split.bits <= capacityBits(version, better)) ?? errorCorrection;
  return build(split, group, version, level);
}

function smallest(text: string, errorCorrection: ErrorCorrection, minVersion: number) {
  if (Buffer.byteLength(text) <= MOST_CHARACTERS)
    for (const group of [0, 1, 2] as const) {
      const { first, last } = VERSION_GROUPS[group];
      if (last < minVersion) continue;
      const split = splitText(text, group);
      for (let version = Math.max(first, minVersion); version <= last; version++)
        if (split.bits <= capacityBits(version, errorCorrection) && !isMisread(version, errorCorrection))
          return { split, group, version };
    }
  throw contentTooLong(text, errorCorrection);
}

/**
 * jsQR 1.4, with which many web pages scan, looks for an alignment pattern of version 23 four modules beside where it is. Level L has
 * nothing to spare for that and is never read, so the next larger code is made instead.
 */
const isMisread = (version: number, errorCorrection: ErrorCorrection): boolean =>
  version === 23 && errorCorrection === 'L';

/** Digits in the largest code without much error correction (ISO/IEC 18004 table 7); nothing longer needs to be tried. */
const MOST_CHARACTERS = 7_089;

function contentTooLong(text: string, errorCorrection: ErrorCorrection): Failure {
  const bytes = Buffer.byteLength(text);
  const limit = maxBytes(errorCorrection, needsUtf8Head(text));
  const count = (value: number): string => value.toLocaleString('en');
  return new Failure(
    'QR_CONTENT_TOO_LONG',
    { bytes, max_bytes: limit },
    {
      detail: `The content has ${count(bytes)} bytes; a QR code with error correction ${errorCorrection} holds ${count(limit)}.`,
    },
  );
}

function build(split: Split, group: VersionGroup, version: number, errorCorrection: ErrorCorrection): QrMatrix {
  const layout = layoutOf(version);
  const modules = layout.patterns.slice();
  const codewords = codewordsOf(split, group, blockPlan(version, errorCorrection));
  for (let bit = 0; bit < 8 * codewords.length; bit++)
    modules[layout.places[bit] ?? 0] = ((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
  const mask = putBestMask(modules, layout, errorCorrection);
  return { size: layout.size, version, errorCorrection, mask, modules };
}
