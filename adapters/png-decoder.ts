import { crc32, inflateSync } from 'node:zlib';
import type { DecodePicture } from '../core/qr/logo.ts';
import type { PngColors } from './png-colors.ts';
import { colorWriter } from './png-colors.ts';
import type { PngHeader } from './png-header.ts';
import { pngHeader } from './png-header.ts';
import { bytesOfRows, eachRow } from './png-rows.ts';

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;
/** A chunk whose name begins with a capital letter is one that a reader must know. */
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

/**
 * Reads a PNG of any colour type, depth and interlace; of an animated one the still picture. zlib may write as many bytes as the
 * header's pixels have and not one more, and nothing else that is compressed (profiles, comments) is looked at. The caller has
 * bounded the pixels. Throws where the file is cut off or breaks the specification.
 */
export const decodePng: DecodePicture = async (bytes) => {
  const { header, colors, data } = readChunks(bytes);
  const length = bytesOfRows(header);
  // A chunk of a little more is one that zlib never has to grow.
  const rows = inflateSync(data, { maxOutputLength: length, chunkSize: length + 64 });
  if (rows.length < length) throw new Error(`${rows.length} bytes of pixels, where there should be ${length}.`);
  const { widthPx, heightPx } = header;
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  const put = colorWriter(header, colors);
  eachRow(header, rows, (row, { x, y, stepX, stepY, width }, index) => {
    const start = (y + index * stepY) * widthPx + x;
    for (let i = 0; i < width; i++) put(row, i, rgba, (start + i * stepX) * 4);
  });
  return { widthPx, heightPx, rgba };
};

type Chunks = { readonly header: PngHeader; readonly colors: PngColors; readonly data: Uint8Array };

function readChunks(bytes: Uint8Array): Chunks {
  const found = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  for (const { type, body } of chunksOf(bytes)) {
    if (type === 'IDAT') data.push(body);
    else if (type === 'IHDR' || type === 'PLTE' || type === 'tRNS') {
      // The caller bounded the pixels of the first header; another would be what is decoded.
      if (found.has(type)) throw new Error(`There is more than one ${type}.`);
      found.set(type, body);
    } else if (isCritical(type)) throw new Error(`The chunk ${type} is not known.`);
  }
  const header = found.get('IHDR');
  if (header?.length !== 13) throw new Error('There is no header.');
  const none = new Uint8Array();
  return {
    header: pngHeader(new DataView(header.buffer, header.byteOffset, header.byteLength)),
    colors: { palette: found.get('PLTE') ?? none, transparency: found.get('tRNS') ?? none },
    data: Buffer.concat(data),
  };
}

/** Every chunk before IEND. What follows IEND is not part of the picture. */
function* chunksOf(bytes: Uint8Array): Generator<{ readonly type: string; readonly body: Uint8Array }> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD <= file.length; ) {
    const end = at + CHUNK_OVERHEAD + file.readUInt32BE(at);
    if (end > file.length) break;
    const type = file.toString('latin1', at + 4, at + 8);
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4))
      throw new Error(`The chunk ${type} is damaged.`);
    if (type === 'IEND') return;
    yield { type, body: file.subarray(at + 8, end - 4) };
    at = end;
  }
  throw new Error('The file is cut off.');
}
