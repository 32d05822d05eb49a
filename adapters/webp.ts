import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.js';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js';
import { defaultOptions } from '@jsquash/webp/meta.js';
import type { DecodePicture } from '../core/qr/logo.ts';
import type { EncodePicture } from '../core/qr/raster.ts';
import type { ImageData } from './emscripten.ts';
import { pixelsOfImage, wasmCodec, withCodec } from './emscripten.ts';

/** Lossless is smaller than lossy for flat colours; a higher quality takes twice as long for a fifth less. */
const OPTIONS = { ...defaultOptions, lossless: 1, method: 1, quality: 20 };
/** With a gradient, 4096² pixels take 5 s with this method; the simplest one takes half a second and four times the bytes. */
const SIMPLEST_METHOD_ABOVE_PX = 2_000_000;

type Encoder = { encode(rgba: Uint8Array, width: number, height: number, options: typeof OPTIONS): Uint8Array | null };
type Decoder = { decode(file: Uint8Array): ImageData | null };

const ENCODER = wasmCodec<Encoder>(webpEncoder, '@jsquash/webp/codec/enc/webp_enc_simd.wasm');
const DECODER = wasmCodec<Decoder>(webpDecoder, '@jsquash/webp/codec/dec/webp_dec.wasm');

export const encodeWebp: EncodePicture = ({ widthPx, heightPx, rgba }) =>
  withCodec(ENCODER, (codec) => {
    const method = widthPx * heightPx > SIMPLEST_METHOD_ABOVE_PX ? 0 : OPTIONS.method;
    const file = codec.encode(rgba, widthPx, heightPx, { ...OPTIONS, method });
    if (file === null) throw new Error('The codec made no WebP.');
    return file.slice();
  });

export const decodeWebp: DecodePicture = (bytes) =>
  withCodec(DECODER, (codec) => pixelsOfImage(codec.decode(Uint8Array.from(bytes))));
