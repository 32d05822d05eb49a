import { createHash } from 'node:crypto';
import { ByteReader } from './s3-bytes.ts';
import { s3Error } from './s3-error.ts';
import { type Signed, signatureDoesNotMatch } from './s3-signature.ts';
import { hmac, isSignature, sha256Hex } from './s3-sigv4.ts';

/** How a body is framed (`aws-chunked`), told by `x-amz-content-sha256`. */
export type Framing = { readonly isSigned: boolean; readonly hasTrailer: boolean };

const FRAMINGS: Readonly<Record<string, Framing>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { isSigned: false, hasTrailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { isSigned: true, hasTrailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { isSigned: true, hasTrailer: true },
};

/** Null for a body that is not framed. */
export const framingOf = (payloadHash: string): Framing | null => FRAMINGS[payloadHash] ?? null;

export type Chunks = {
  readonly bytes: AsyncIterable<Buffer>;
  /** Headers behind the last chunk, lower-case names; known when all bytes are read. */
  readonly trailers: ReadonlyMap<string, string>;
};

const MAX_LINE_BYTES = 4_096;
const MAX_TRAILERS = 16;
const EMPTY_SHA256 = sha256Hex('');

/**
 * Takes a body out of its chunks: `size;chunk-signature=…`, data, `0`, trailers. Throws while it is read: IncompleteBody
 * for framing that is broken or cut short, SignatureDoesNotMatch for a chunk somebody else put in.
 */
export function unchunked(source: AsyncIterable<Buffer>, framing: Framing, seed: Signed['seed']): Chunks {
  const reader = new ByteReader(source);
  const trailers = new Map<string, string>();
  const chain = signatureChain(seed);

  const nextLine = async (): Promise<string> => {
    const line = await reader.line(MAX_LINE_BYTES);
    if (line === null) throw s3Error('IncompleteBody');
    return line;
  };

  async function* read(): AsyncGenerator<Buffer> {
    for (;;) {
      const header = await nextLine();
      const [, size, signature] = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(header) ?? [];
      if (size === undefined) throw s3Error('IncompleteBody', 'The chunk header is not valid.');
      const hash = createHash('sha256');
      for (let left = Number.parseInt(size, 16); left > 0; ) {
        const data = await reader.some(left);
        if (data === null) throw s3Error('IncompleteBody');
        left -= data.length;
        if (framing.isSigned) hash.update(data);
        yield data;
      }
      if (framing.isSigned) chain.check('PAYLOAD', `${EMPTY_SHA256}\n${hash.digest('hex')}`, signature);
      if (/^0+$/.test(size)) break;
      if ((await nextLine()) !== '') throw s3Error('IncompleteBody');
    }
    await readTrailers();
    await reader.skip();
  }

  async function readTrailers(): Promise<void> {
    let signed = '';
    let isProven = !(framing.isSigned && framing.hasTrailer);
    for (let line = await nextLine(); line !== ''; line = await nextLine()) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      if (name === 'x-amz-trailer-signature') {
        chain.check('TRAILER', sha256Hex(signed), value);
        isProven = true;
      } else {
        trailers.set(name, value);
        signed += `${name}:${value}\n`;
      }
      if (colon < 1 || trailers.size > MAX_TRAILERS) throw s3Error('IncompleteBody');
    }
    if (!isProven) throw s3Error('IncompleteBody', 'The trailer is not signed.');
  }

  return { bytes: read(), trailers };
}

/** Every chunk's signature is made over the one before it, the first over that of the request. */
function signatureChain({ signature: first, signingKey, scope, amzDate }: Signed['seed']) {
  let before = first;
  return {
    check(kind: 'PAYLOAD' | 'TRAILER', hashes: string, given = ''): void {
      const text = `AWS4-HMAC-SHA256-${kind}\n${amzDate}\n${scope.text}\n${before}\n${hashes}`;
      if (!isSignature(given, hmac(signingKey, text))) throw signatureDoesNotMatch(scope, text, given);
      before = given;
    },
  };
}
