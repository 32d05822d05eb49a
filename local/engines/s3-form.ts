import { ByteReader } from './s3-bytes.ts';
import { s3Error } from './s3-error.ts';

/** A form as a browser sends it, up to its file. */
export type UploadForm = {
  /** Field names in lower case, the file's own not among them. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  /** To be read to the end. Throws MalformedPOSTRequest when the form ends before its file. */
  readonly file: AsyncIterable<Buffer>;
};

const MAX_FIELDS_BYTES = 20_480;
const MAX_HEADER_BYTES = 4_096;
const MAX_FIELDS = 100;

/**
 * Reads a multipart/form-data body as far as the field `file`; what comes behind it counts for nothing, as in S3.
 * Throws MalformedPOSTRequest, and MaxPostPreDataLengthExceededError for fields that are too large.
 */
export async function readForm(contentType: string, body: AsyncIterable<Buffer>): Promise<UploadForm> {
  const [, plain, quoted] = /boundary=(?:([^\s;"]{1,70})|"([^"]{1,70})")/i.exec(contentType) ?? [];
  const boundary = plain ?? quoted;
  if (boundary === undefined) throw malformed();
  const reader = new ByteReader(body);
  const mark = Buffer.from(`\r\n--${boundary}`);
  const fields = new Map<string, string>();
  let fieldBytes = 0;
  if ((await reader.line(MAX_HEADER_BYTES)) !== `--${boundary}`) throw malformed();
  for (;;) {
    const part = await partHeader(reader);
    if (part.name === 'file') {
      return { fields, fileName: part.fileName, file: fileOf(reader, mark) };
    }
    const value = await fieldValue(reader, mark, MAX_FIELDS_BYTES - fieldBytes);
    fieldBytes += Buffer.byteLength(value) + part.name.length;
    fields.set(part.name, value);
    if (fields.size > MAX_FIELDS) throw s3Error('MaxPostPreDataLengthExceededError');
    // A form that ends here (`--`) has no file.
    if ((await reader.line(MAX_HEADER_BYTES)) !== '') {
      throw s3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
        ArgumentName: 'file',
        ArgumentValue: 0,
      });
    }
  }
}

type PartHeader = { readonly name: string; readonly fileName: string };

async function partHeader(reader: ByteReader): Promise<PartHeader> {
  let [name, fileName] = ['', ''];
  for (;;) {
    const line = await reader.line(MAX_HEADER_BYTES);
    if (line === null) throw malformed();
    if (line === '') break;
    if (/^content-disposition:/i.test(line)) {
      name = /;\s*name="([^"]*)"/i.exec(line)?.[1]?.toLowerCase() ?? '';
      fileName = /;\s*filename="([^"]*)"/i.exec(line)?.[1] ?? '';
    }
  }
  if (name === '') throw malformed();
  return { name, fileName };
}

async function fieldValue(reader: ByteReader, mark: Buffer, limitBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  const value = reader.until(mark);
  for (;;) {
    const { done, value: piece } = await value.next();
    if (done === true) {
      if (!piece) throw malformed();
      return Buffer.concat(pieces).toString('utf8');
    }
    sizeBytes += piece.length;
    if (sizeBytes > limitBytes) throw s3Error('MaxPostPreDataLengthExceededError');
    pieces.push(piece);
  }
}

async function* fileOf(reader: ByteReader, mark: Buffer): AsyncGenerator<Buffer> {
  const isWhole = yield* reader.until(mark);
  if (!isWhole) throw malformed();
  await reader.skip();
}

const malformed = () => s3Error('MalformedPOSTRequest');
