import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions } from '@jsquash/jpeg/meta.js';
import type { DecodePicture } from '../core/qr/logo.ts';
import { onPage, WHITE } from '../core/qr/pixels.ts';
import type { EncodePicture } from '../core/qr/raster.ts';
import type { ImageData } from './emscripten.ts';
import { pixelsOfImage, wasmCodec, withCodec } from './emscripten.ts';

/** Edges stay sharp without halved colours; baseline takes half the time of progressive for 6 % more bytes. */
const OPTIONS = { ...defaultOptions, quality: 90, progressive: false, auto_subsample: false, chroma_subsample: 1 };

type Encoder = { encode(rgba: Uint8Array, width: number, height: number, options: typeof OPTIONS): Uint8Array };
type Decoder = { decode(file: Uint8Array, turnAsHeld: boolean): ImageData | null };

const ENCODER = wasmCodec<Encoder>(jpegEncoder, '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
const DECODER = wasmCodec<Decoder>(jpegDecoder, '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');

/** JPEG knows no transparency: what shows through is white. */
export const encodeJpeg: EncodePicture = (picture) => {
  const { widthPx, heightPx, rgba } = onPage(picture, WHITE);
  return withCodec(ENCODER, (codec) => codec.encode(rgba, widthPx, heightPx, OPTIONS).slice());
};

/** Turned as the camera was held. */
export const decodeJpeg: DecodePicture = (bytes) =>
  withCodec(DECODER, (codec) => pixelsOfImage(codec.decode(Uint8Array.from(bytes), true)));
