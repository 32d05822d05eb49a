/** The one function of the package `qrcode` that is used; it ships no types. */
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
