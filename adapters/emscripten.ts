import type { Pixels } from '../core/qr/drawing.ts';
import { wasmFile } from './wasm-file.ts';

type Overrides = { noInitialRun: boolean; wasmBinary: ArrayBuffer; printErr: (complaint: string) => void };
type Factory = (overrides: Overrides) => Promise<unknown>;

/**
 * A package's codec as Emscripten built it: its factory and its WebAssembly. `Codec` is what an instance can do; what the
 * packages declare of it does not resolve outside a browser.
 */
export type WasmCodec<Codec> = { readonly factory: (overrides: Overrides) => Promise<Codec>; readonly file: string };

export const wasmCodec = <Codec>(factory: Factory, file: string): WasmCodec<Codec> => ({
  factory: factory as WasmCodec<Codec>['factory'],
  file,
});

/**
 * Lets a fresh instance do one thing. WebAssembly's memory never shrinks and a codec that met a broken file may be left in any
 * state, so each picture gets its own (2 to 8 ms) and the memory goes with it. A warning (cut off, extraneous bytes) counts as
 * an error: codecs for browsers go on and leave the rest grey.
 */
export async function withCodec<Codec, Result>(
  { factory, file }: WasmCodec<Codec>,
  use: (codec: Codec) => Result,
): Promise<Result> {
  const complaints: string[] = [];
  const bytes = await wasmFile(file);
  const codec = await factory({
    noInitialRun: true,
    wasmBinary: bytes.buffer,
    printErr: (complaint) => complaints.push(complaint),
  });
  const result = use(codec);
  if (complaints.length > 0) throw new Error(complaints.join('; '));
  return result;
}

/** As the global class of browsers, which the packages bring along. */
export type ImageData = { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number };

/** The picture that a codec made; throws where it made none. */
export function pixelsOfImage(image: ImageData | null): Pixels {
  if (image === null) throw new Error('The codec made no picture.');
  const { data, width, height } = image;
  return { widthPx: width, heightPx: height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
