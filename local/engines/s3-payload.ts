import {
  algorithmNamed,
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  type Measured,
  measure,
} from './s3-checksum.ts';
import { framingOf, unchunked } from './s3-chunks.ts';
import { s3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import type { Signed } from './s3-signature.ts';

/** The body of a request, out of its framing, with what was said about it. */
export type Payload = {
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Buffer>;
  /** What has to be measured for `verify`. */
  readonly algorithms: readonly ChecksumAlgorithm[];
  /** Whether a Content-MD5 or a checksum came with it. */
  readonly isChecked: boolean;
  /** Throws BadDigest and its kin where the bytes are not what was said; answers the checksum that S3 keeps. */
  verify(measured: Measured): Checksum | null;
};

/** Largest single upload; more comes in parts. */
export const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

export function payloadOf(request: S3Request, { payloadHash, seed }: Signed): Payload {
  const framing = framingOf(payloadHash);
  if (framing === null && payloadHash.startsWith('STREAMING-'))
    throw s3Error('NotImplemented', undefined, { payloadHash });
  const sizeBytes = lengthIn(request, framing === null ? 'content-length' : 'x-amz-decoded-content-length');
  if (sizeBytes > MAX_UPLOAD_BYTES) {
    throw s3Error('EntityTooLarge', undefined, { ProposedSize: sizeBytes, MaxSizeAllowed: MAX_UPLOAD_BYTES });
  }
  const announced = announcedChecksum(request);
  const md5 = announcedMd5(request);
  const isHashed = /^[0-9a-f]{64}$/.test(payloadHash);
  const source = request.body();
  const { bytes, trailers } = framing === null ? { bytes: source, trailers: NONE } : unchunked(source, framing, seed);

  return {
    sizeBytes,
    bytes,
    algorithms: [
      ...new Set([...(announced === null ? [] : [announced.algorithm]), ...(isHashed ? (['SHA256'] as const) : [])]),
    ],
    isChecked: announced !== null || md5 !== null,
    verify(measured) {
      if (measured.sizeBytes !== sizeBytes) throw s3Error('IncompleteBody');
      if (isHashed) refuseOtherHash(payloadHash, measured);
      if (md5 !== null && !md5.equals(measured.md5)) {
        throw s3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
      }
      return announced === null ? null : checkedChecksum(announced, trailers, measured);
    },
  };
}

const NONE: ReadonlyMap<string, string> = new Map();

/** A small body as text. Throws MalformedXML for more than `maxBytes`. */
export async function textOf(payload: Payload, maxBytes: number): Promise<string> {
  if (payload.sizeBytes > maxBytes) throw s3Error('MalformedXML');
  const chunks: Buffer[] = [];
  const keep = async (chunk: Buffer): Promise<void> => void chunks.push(chunk);
  payload.verify(await measure(payload.bytes, payload.algorithms, maxBytes, keep));
  return Buffer.concat(chunks).toString('utf8');
}

function lengthIn(request: S3Request, name: string): number {
  const length = request.header(name) ?? '';
  if (!/^\d{1,15}$/.test(length)) throw s3Error('MissingContentLength');
  return Number(length);
}

function announcedMd5(request: S3Request): Buffer | null {
  const given = request.header('content-md5');
  if (given === undefined) return null;
  const md5 = Buffer.from(given, 'base64');
  if (md5.length !== 16) throw s3Error('InvalidDigest');
  return md5;
}

/** `value` is null where it comes behind the body. */
type Announced = { readonly algorithm: ChecksumAlgorithm; readonly value: string | null };

function announcedChecksum(request: S3Request): Announced | null {
  refuseUnknownAlgorithms(request);
  const inHeaders = CHECKSUM_ALGORITHMS.flatMap((algorithm): Announced[] => {
    const value = request.header(checksumHeader(algorithm));
    return value === undefined ? [] : [{ algorithm, value }];
  });
  const trailer = request.header('x-amz-trailer')?.toLowerCase();
  const inTrailer = CHECKSUM_ALGORITHMS.flatMap((algorithm): Announced[] =>
    checksumHeader(algorithm) === trailer ? [{ algorithm, value: null }] : [],
  );
  const [announced = null, ...more] = [...inHeaders, ...inTrailer];
  if (more.length > 0) {
    throw s3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  if (announced === null && request.header('x-amz-sdk-checksum-algorithm') !== undefined) {
    throw s3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return announced;
}

function refuseUnknownAlgorithms(request: S3Request): void {
  const named = [
    request.header('x-amz-sdk-checksum-algorithm'),
    request.header('x-amz-trailer')?.replace(/^x-amz-checksum-/i, ''),
  ];
  const unknown = named.find((name) => name !== undefined && algorithmNamed(name) === undefined);
  const other = request.header('x-amz-checksum-crc64nvme') === undefined ? unknown : 'CRC64NVME';
  if (other !== undefined) throw s3Error('NotImplemented', `The laptop's S3 does not play the checksum ${other}.`);
}

function refuseOtherHash(payloadHash: string, { checksums }: Measured): void {
  const computed = checksums.get('SHA256')?.toString('hex') ?? '';
  if (computed === payloadHash) return;
  throw s3Error('XAmzContentSHA256Mismatch', undefined, {
    ClientComputedContentSHA256: payloadHash,
    S3ComputedContentSHA256: computed,
  });
}

function checkedChecksum(
  { algorithm, value }: Announced,
  trailers: ReadonlyMap<string, string>,
  measured: Measured,
): Checksum {
  const given = value ?? trailers.get(checksumHeader(algorithm));
  const computed = measured.checksums.get(algorithm)?.toString('base64') ?? '';
  if (given === computed) return { algorithm, value: computed };
  if (given !== undefined && Buffer.from(given, 'base64').length !== Buffer.from(computed, 'base64').length) {
    throw s3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  throw s3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}
