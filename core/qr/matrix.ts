import { create } from 'qrcode/lib/core/qrcode.js';
import { Failure, validationFailed } from '../errors.ts';
import type { VersionGroup } from './capacity.ts';
import { capacityBits, maxBytes, VERSION_GROUPS } from './capacity.ts';
import { bestMask, flipped, forEachFormatModule, masked, maskOf } from './mask.ts';
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
  const { split, version } = smallest(text, errorCorrection, minVersion);
  const level = ERROR_CORRECTIONS.findLast((better) => split.bits <= capacityBits(version, better)) ?? errorCorrection;
  return build(split, version, level);
}

function smallest(text: string, errorCorrection: ErrorCorrection, minVersion: number) {
  if (Buffer.byteLength(text) <= MOST_CHARACTERS)
    for (const [group, { first, last }] of VERSION_GROUPS.entries()) {
      if (last < minVersion) continue;
      const split = splitText(text, group as VersionGroup);
      for (let version = Math.max(first, minVersion); version <= last; version++)
        if (split.bits <= capacityBits(version, errorCorrection)) return { split, version };
    }
  throw contentTooLong(text, errorCorrection);
}

/** Digits in the largest code without much error correction (ISO/IEC 18004 table 7); nothing longer needs to be tried. */
const MOST_CHARACTERS = 7_089;

function contentTooLong(text: string, errorCorrection: ErrorCorrection): Failure {
  const bytes = Buffer.byteLength(text);
  const limit = maxBytes(errorCorrection);
  const count = (value: number): string => value.toLocaleString('en');
  return new Failure(
    'QR_CONTENT_TOO_LONG',
    { bytes, max_bytes: limit },
    {
      detail: `The content has ${count(bytes)} bytes; a QR code with error correction ${errorCorrection} holds ${count(limit)}.`,
    },
  );
}

/** The library lays the code out under mask 0, which is taken off again; choosing the best of eight is most of its time. */
function build({ segments }: Split, version: number, errorCorrection: ErrorCorrection): QrMatrix {
  const laidOut = create(segments, { version, errorCorrectionLevel: errorCorrection, maskPattern: 0 }).modules;
  const { size, reservedBit: reserved } = laidOut;
  const modules = flipped(laidOut.data, maskOf({ size, reserved }, 0));
  forEachFormatModule(size, errorCorrection, 0, (row, column) => {
    modules[row * size + column] = 0;
  });
  const code = { size, modules, reserved, errorCorrection };
  const mask = bestMask(code);
  return { size, version, errorCorrection, mask, modules: masked(code, mask) };
}
