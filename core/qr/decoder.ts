import type { Pixels } from './drawing.ts';

/** Looks for a QR code, dark on light, in a picture without transparency; null where it finds none. */
export type Decode = (picture: Pixels) => Promise<string | null>;

/** Two decoders that share no code, so that one's blind spot is not taken for a good code. */
export type Decoders = { readonly zxing: Decode; readonly jsqr: Decode };
