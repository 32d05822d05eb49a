import { createHash, createHmac } from 'node:crypto';
import { Agent } from 'node:http';
import { crc32 } from 'node:zlib';
import { ChecksumAlgorithm, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { newDigest } from '../../../local/engines/s3-checksum.ts';
import { CREDENTIALS } from './everyone.ts';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { type Raw, type RawAnswer, send, signed } from './s3-raw.ts';

const newFolder = temporaryFolders();
const path = `/${BUCKET}/one`;
const BODY = 'hello, framed world';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const outcome = ({ status, code }: RawAnswer) => [status, code];

const crc32Of = (text: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

async function putRaw(bench: S3Bench, headers: Raw['headers'], body: string, payloadHash?: string): Promise<RawAnswer> {
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const raw = await signed(bench, { method: 'PUT', path, headers: { ...length, ...headers } }, {}, payloadHash);
  return send(bench, { ...raw, body });
}

const stored = async ({ client }: S3Bench): Promise<string | undefined> =>
  (await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'one' }))).Body?.transformToString();

describe('a checksum', () => {
  it.each<[ChecksumAlgorithm, string, string]>([
    ['CRC32', 'ChecksumCRC32', 'NhCmhg=='],
    ['CRC32C', 'ChecksumCRC32C', 'mnG7TA=='],
    ['SHA1', 'ChecksumSHA1', 'qvTGHdzF6KLavt4PO0gs2a6pQ00='],
    ['SHA256', 'ChecksumSHA256', 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
  ])('%s is checked, kept and told', (algorithm, member, value) =>
    withS3(newFolder(), async ({ client }) => {
      const one = { Bucket: BUCKET, Key: 'one' };
      const put = await client.send(new PutObjectCommand({ ...one, Body: 'hello', ChecksumAlgorithm: algorithm }));
      expect(put).toMatchObject({ [member]: value, ChecksumType: 'FULL_OBJECT' });
      const got = await client.send(new GetObjectCommand({ ...one, ChecksumMode: 'ENABLED' }));
      expect(got).toMatchObject({ [member]: value });
      await expect(client.send(new PutObjectCommand({ ...one, Body: 'hallo', [member]: value }))).rejects.toMatchObject(
        { name: 'BadDigest' },
      );
    }),
  );

  it('CRC32C of the nine digits is that of its standard, in whatever pieces', () => {
    for (const pieces of [['123456789'], ['1', '2345', '6789'], ['', '123456789', '']]) {
      const digest = newDigest('CRC32C');
      for (const piece of pieces) digest.update(Buffer.from(piece));
      expect(digest.finish().toString('hex')).toBe('e3069283');
    }
  });

  it.each<[claim: string, headers: Record<string, string>, outcome: [number, string]]>([
    ['right MD5', { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==' }, [200, '']],
    ['wrong MD5', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, [400, 'BadDigest']],
    ['MD5 of another length', { 'content-md5': 'AAAA' }, [400, 'InvalidDigest']],
    ['wrong CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, [400, 'BadDigest']],
    ['CRC32 of another length', { 'x-amz-checksum-crc32': 'AAA=' }, [400, 'InvalidRequest']],
    [
      'two at once',
      { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-checksum-crc32c': 'mnG7TA==' },
      [400, 'InvalidRequest'],
    ],
    ['one that is only announced', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, [400, 'InvalidRequest']],
    ['one that is not played', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, [501, 'NotImplemented']],
  ])('%s', (_claim, headers, expected) =>
    withS3(newFolder(), async (bench) => {
      expect(outcome(await putRaw(bench, headers, 'hello'))).toEqual(expected);
      expect(bench.engine.keys(BUCKET)).toEqual(expected[0] === 200 ? ['one'] : []);
    }),
  );

  it('in the signature is checked too', () =>
    withS3(newFolder(), async (bench) => {
      expect(outcome(await putRaw(bench, {}, 'hello', sha256('hello')))).toEqual([200, '']);
      expect(outcome(await putRaw(bench, {}, 'hallo', sha256('hello')))).toEqual([400, 'XAmzContentSHA256Mismatch']);
      expect(await stored(bench)).toBe('hello');
    }));
});

it('a body without a length is refused', () =>
  withS3(newFolder(), async (bench) => {
    const raw = await signed(bench, { method: 'PUT', path, headers: { 'transfer-encoding': 'chunked' } });
    expect(outcome(await send(bench, { ...raw, body: 'hello' }))).toEqual([411, 'MissingContentLength']);
  }));

describe('a framed body', () => {
  const FRAMED = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(BODY.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const put = (bench: S3Bench, body: string, headers = {}) =>
    putRaw(bench, { ...FRAMED, ...headers }, body, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
  const trailer = `x-amz-checksum-crc32:${crc32Of(BODY)}\r\n\r\n`;

  it('is taken out of its chunks, however it is cut', () =>
    withS3(newFolder(), async (bench) => {
      const answer = await put(bench, `5\r\n${BODY.slice(0, 5)}\r\ne\r\n${BODY.slice(5)}\r\n0\r\n${trailer}`, {
        'content-encoding': 'gzip, aws-chunked',
      });
      expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-checksum-crc32': crc32Of(BODY) } });
      const head = await bench.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'one' }));
      expect([await head.Body?.transformToString(), head.ContentEncoding]).toEqual([BODY, 'gzip']);
    }));

  it.each([
    ['a wrong checksum behind it', `13\r\n${BODY}\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`, 'BadDigest'],
    ['no checksum behind it', `13\r\n${BODY}\r\n0\r\n\r\n`, 'BadDigest'],
    ['no last chunk', `13\r\n${BODY}\r\n`, 'IncompleteBody'],
    ['a chunk cut short', '13\r\nhello', 'IncompleteBody'],
    ['fewer bytes than announced', `5\r\nhello\r\n0\r\n${trailer}`, 'IncompleteBody'],
    ['more bytes than announced', `14\r\n${BODY}!\r\n0\r\n${trailer}`, 'EntityTooLarge'],
    ['no frame', BODY, 'IncompleteBody'],
    ['a size that is none', `zz\r\n${BODY}\r\n0\r\n${trailer}`, 'IncompleteBody'],
    ['trailers without end', `13\r\n${BODY}\r\n0\r\n${'a:b\r\n'.repeat(3)}${'x'.repeat(5_000)}`, 'IncompleteBody'],
  ])('with %s is refused and nothing is kept', (_claim, body, code) =>
    withS3(newFolder(), async (bench) => {
      expect(outcome(await put(bench, body))).toEqual([400, code]);
      expect(bench.engine.keys(BUCKET)).toEqual([]);
    }),
  );
});

it('a large body that is refused at its beginning does not stand before the next request of its connection', () =>
  withS3(newFolder(), async (bench) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = `no frame\r\n${'x'.repeat(2 * 1024 * 1024)}`;
    const headers = { 'content-length': String(body.length), 'x-amz-decoded-content-length': '5' };
    const put = await signed(bench, { method: 'PUT', path, headers }, {}, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    const get = await signed(bench, { path });
    for (let turn = 0; turn < 3; turn += 1) {
      expect(outcome(await send(bench, { ...put, body }, agent))).toEqual([400, 'IncompleteBody']);
      expect(outcome(await send(bench, get, agent))).toEqual([404, 'NoSuchKey']);
    }
    agent.destroy();
  }));

describe('a body signed chunk by chunk', () => {
  const HASH = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

  /** The chunks as AWS documents them. */
  function chunked(headers: Readonly<Record<string, string>>, chunks: readonly string[], trailers = ''): string {
    const [amzDate = '', authorization = ''] = [headers['x-amz-date'], headers['authorization']];
    const day = amzDate.slice(0, 8);
    const scope = `${day}/us-east-1/s3/aws4_request`;
    const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${CREDENTIALS.secretAccessKey}`, day));
    let before = /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? '';
    const next = (kind: string, hashes: string): string => {
      before = hmac(key, `AWS4-HMAC-SHA256-${kind}\n${amzDate}\n${scope}\n${before}\n${hashes}`).toString('hex');
      return before;
    };
    const frames = [...chunks, ''].map((chunk) => {
      const signature = next('PAYLOAD', `${sha256('')}\n${sha256(chunk)}`);
      const data = chunk === '' ? '' : `${chunk}\r\n`;
      return `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${data}`;
    });
    if (trailers === '') return `${frames.join('')}\r\n`;
    const signature = next('TRAILER', sha256(`${trailers}\n`));
    return `${frames.join('')}${trailers}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
  }

  async function putChunked(bench: S3Bench, tamper: (body: string) => string, trailers = ''): Promise<RawAnswer> {
    const headers = {
      'x-amz-decoded-content-length': String(BODY.length),
      ...(trailers !== '' && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
    };
    const raw = await signed(bench, { method: 'PUT', path, headers }, {}, trailers === '' ? HASH : `${HASH}-TRAILER`);
    const body = tamper(chunked(raw.headers ?? {}, [BODY.slice(0, 8), BODY.slice(8)], trailers));
    return send(bench, { ...raw, headers: { ...raw.headers, 'content-length': String(body.length) }, body });
  }

  it('is taken, with and without a trailer', () =>
    withS3(newFolder(), async (bench) => {
      expect(outcome(await putChunked(bench, (body) => body))).toEqual([200, '']);
      expect(await stored(bench)).toBe(BODY);
      const answer = await putChunked(bench, (body) => body, `x-amz-checksum-crc32:${crc32Of(BODY)}`);
      expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-checksum-crc32': crc32Of(BODY) } });
    }));

  it.each<[string, (body: string) => string, string, string]>([
    ['another letter', (body) => body.replace('hello', 'hallo'), '', 'SignatureDoesNotMatch'],
    ['chunks in another order', (body) => body.replace('8;', '0;'), '', 'SignatureDoesNotMatch'],
    ['no signature', (body) => body.replace(/;chunk-signature=\w+/, ''), '', 'SignatureDoesNotMatch'],
    [
      'another trailer',
      (body) => body.replace('crc32:', 'crc32:A'),
      `x-amz-checksum-crc32:${crc32Of(BODY)}`,
      'SignatureDoesNotMatch',
    ],
    [
      'an unsigned trailer',
      (body) => body.replace(/x-amz-trailer-signature.*\r\n/, ''),
      `x-amz-checksum-crc32:${crc32Of(BODY)}`,
      'IncompleteBody',
    ],
  ])('with %s is refused', (_claim, tamper, trailers, code) =>
    withS3(newFolder(), async (bench) => {
      expect((await putChunked(bench, tamper, trailers)).code).toBe(code);
      expect(bench.engine.keys(BUCKET)).toEqual([]);
    }),
  );
});
