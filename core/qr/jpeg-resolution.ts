import type { QrSize } from './size.ts';
import { resolution } from './size.ts';

/** Where a JFIF file (ITU-T T.871 §10.1) says in what unit its pixels are counted, and how many there are across and down. */
const [MARK_AT, UNIT_AT, ACROSS_AT, DOWN_AT] = [6, 13, 14, 16];
const PER_INCH = 1;

/** The JPEG with how large it prints; as it is where the size is one in pixels. Throws on a file that is not JFIF. */
export function withResolution(jpeg: Uint8Array, size: QrSize): Uint8Array {
  const dpi = resolution(size);
  if (dpi === null) return jpeg;
  const file = Buffer.from(jpeg);
  if (file.toString('latin1', MARK_AT, MARK_AT + 5) !== 'JFIF\0') throw new Error('The codec wrote no JFIF.');
  file[UNIT_AT] = PER_INCH;
  file.writeUInt16BE(dpi, ACROSS_AT);
  file.writeUInt16BE(dpi, DOWN_AT);
  return file;
}
