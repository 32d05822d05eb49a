import jsQR from 'jsqr';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { Decode, Decoders } from '../core/qr/decoder.ts';
import { wasmFile } from './wasm-file.ts';

let starting: Promise<unknown> | undefined;

/** Without the bytes in hand the package would fetch them from a CDN. */
const start = (): Promise<unknown> => {
  starting ??= wasmFile('zxing-wasm/reader/zxing_reader.wasm').then((bytes) =>
    prepareZXingModule({ overrides: { wasmBinary: bytes.buffer }, fireImmediately: true }),
  );
  return starting;
};

const clamped = (bytes: Uint8Array) => new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const zxing: Decode = async ({ widthPx, heightPx, rgba }) => {
  await start();
  const image = { width: widthPx, height: heightPx, data: new Uint8ClampedArray(rgba), colorSpace: 'srgb' } as const;
  const [found] = await readBarcodes(image, {
    formats: ['QRCode'],
    tryHarder: true,
    tryInvert: false,
    maxNumberOfSymbols: 1,
    textMode: 'Plain',
  });
  return found?.isValid ? found.text : null;
};

const jsqr: Decode = async ({ widthPx, heightPx, rgba }) =>
  jsQR.default(clamped(rgba), widthPx, heightPx, { inversionAttempts: 'dontInvert' })?.data ?? null;

export const qrDecoders: Decoders = { zxing, jsqr };
