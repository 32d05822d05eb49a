/** What is used of the package `qrcode`: its layout and its tables. It ships no types. */
declare module 'qrcode/lib/core/qrcode.js' {
  export function create(
    segments: readonly { readonly data: string; readonly mode: 'numeric' | 'alphanumeric' | 'byte' }[],
    options: {
      readonly version?: number;
      readonly errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H';
      readonly maskPattern?: number;
    },
  ): {
    /** Row by row, a byte for each module; `reservedBit` marks those that carry no data. */
    readonly modules: { readonly size: number; readonly data: Uint8Array; readonly reservedBit: Uint8Array };
    readonly version: number;
    readonly maskPattern: number;
  };
}

declare module 'qrcode/lib/core/error-correction-level.js' {
  export type Level = { readonly bit: number };
  export const L: Level;
  export const M: Level;
  export const Q: Level;
  export const H: Level;
}

declare module 'qrcode/lib/core/error-correction-code.js' {
  import type { Level } from 'qrcode/lib/core/error-correction-level.js';
  export function getBlocksCount(version: number, level: Level): number;
  /** For error correction, of all blocks. */
  export function getTotalCodewordsCount(version: number, level: Level): number;
}

declare module 'qrcode/lib/core/utils.js' {
  /** For data and error correction. */
  export function getSymbolTotalCodewords(version: number): number;
}

declare module 'qrcode/lib/core/galois-field.js' {
  /** The generator of GF(256) to this power, 0–511. */
  export function exp(power: number): number;
}

declare module 'qrcode/lib/core/polynomial.js' {
  /** Coefficients, highest first, which is 1: one more than the degree. */
  export function generateECPolynomial(degree: number): Uint8Array;
}
