import fc from 'fast-check';
import jsQR from 'jsqr';
import { create } from 'qrcode/lib/core/qrcode.js';
import { qrDecoders } from '../../../adapters/qr-decoders.ts';
import { capacityBits, VERSION_GROUPS } from '../../../core/qr/capacity.ts';
import type { ErrorCorrection, QrMatrix } from '../../../core/qr/matrix.ts';
import { ERROR_CORRECTIONS, qrMatrix } from '../../../core/qr/matrix.ts';
import { plainPng } from '../../../core/qr/png.ts';
import { ROLES, rolesOf, versionOfSize } from '../../../core/qr/roles.ts';
import { splitText } from '../../../core/qr/segments.ts';
import { PLAIN_STYLE } from '../../../core/qr/style.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { readPng } from '../../fixtures/png-reader.ts';
import { filling } from '../../fixtures/qr-contents.ts';

const VERSIONS = Array.from({ length: 40 }, (_, index) => index + 1);
/** Where something changes: counts of bits, version bits, alignment patterns, the oddity of version 32. */
const TELLING_VERSIONS = [1, 2, 3, 6, 7, 9, 10, 13, 14, 20, 26, 27, 32, 40];
/** Its number among the alphabets of ECI. */
const UTF8 = 26;
const groupOf = (version: number) => (version <= 9 ? 0 : version <= 26 ? 1 : 2);

/** What the library makes of the same segments, under the mask that it is told or thinks the best, which is slow. */
function theirsOf(text: string, { version, errorCorrection }: QrMatrix, mask?: number) {
  const { segments } = splitText(text, groupOf(version));
  const options = {
    version,
    errorCorrectionLevel: errorCorrection,
    ...(mask === undefined ? {} : { maskPattern: mask }),
  };
  const { modules, maskPattern } = create(segments, options);
  return { mask: maskPattern, modules: Buffer.from(modules.data).toString('hex') };
}

const comparable = ({ mask, modules }: QrMatrix) => ({ mask, modules: Buffer.from(modules).toString('hex') });

describe('The matrix of a code', () => {
  it.each(ERROR_CORRECTIONS)('has the modules the library makes, in every version at level %s', (errorCorrection) => {
    for (const version of VERSIONS) {
      if (version === 23 && errorCorrection === 'L') continue; // Never made, see below.
      const text = filling(version, errorCorrection);
      const ours = qrMatrix(text, { errorCorrection });
      expect([ours.version, ours.errorCorrection]).toEqual([version, errorCorrection]);
      expect([version, comparable(ours)]).toEqual([version, theirsOf(text, ours, ours.mask)]);
    }
  });

  it.each(ERROR_CORRECTIONS)('has the mask the library takes, at level %s', (errorCorrection) => {
    for (const version of TELLING_VERSIONS) {
      const text = filling(version, errorCorrection);
      const ours = qrMatrix(text, { errorCorrection });
      expect([version, ours.mask]).toEqual([version, theirsOf(text, ours).mask]);
    }
  });

  it('has the modules the library makes, whatever it says in ASCII and however much room that leaves', () => {
    const part = fc.oneof(
      fc.stringMatching(/^[0-9]{1,40}$/),
      fc.stringMatching(/^[A-Z0-9 $%*+./:-]{1,40}$/),
      fc.string({ minLength: 1 }),
    );
    const text = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
    const options = fc.record({
      errorCorrection: fc.constantFrom(...ERROR_CORRECTIONS),
      minVersion: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(text, options, (text, options) => {
        const ours = qrMatrix(text, options);
        expect(comparable(ours)).toEqual(theirsOf(text, ours));
      }),
      { numRuns: 80 },
    );
  });

  it('takes the best error correction that its size has room for, and no larger size for it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.constantFrom(...ERROR_CORRECTIONS), (text, asked) => {
        const { version, errorCorrection } = qrMatrix(text, { errorCorrection: asked });
        const { bits } = splitText(text, groupOf(version));
        const better = ERROR_CORRECTIONS.slice(ERROR_CORRECTIONS.indexOf(errorCorrection) + 1);
        expect(bits).toBeLessThanOrEqual(capacityBits(version, errorCorrection));
        for (const level of better) expect(bits).toBeGreaterThan(capacityBits(version, level));
        const smaller = version - 1;
        if (smaller > 0) expect(splitText(text, groupOf(smaller)).bits).toBeGreaterThan(capacityBits(smaller, asked));
        expect(ERROR_CORRECTIONS.indexOf(errorCorrection)).toBeGreaterThanOrEqual(ERROR_CORRECTIONS.indexOf(asked));
      }),
    );
  });

  it('is one size larger than 23-L, which jsQR cannot read', async () => {
    const text = filling(23, 'L');
    const code = qrMatrix(text, { errorCorrection: 'L' });
    expect([code.version, code.errorCorrection]).toEqual([24, 'L']);
    const seen = readPng(plainPng(code, PLAIN_STYLE, { widthPx: (code.size + 8) * 4 }));
    expect([await qrDecoders.jsqr(seen), await qrDecoders.zxing(seen)]).toEqual([text, text]);
  });

  it('is the same each time', () => {
    const once = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'M' });
    expect(qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'M' })).toEqual(once);
  });

  it('grows to the version asked for, so that the codes of a series look alike', () => {
    expect(qrMatrix('a', { errorCorrection: 'L', minVersion: 12 })).toMatchObject({ version: 12, size: 65 });
    expect(qrMatrix('a'.repeat(300), { errorCorrection: 'L', minVersion: 2 }).version).toBeGreaterThan(2);
  });

  it.each(['L', 'M', 'Q', 'H'] satisfies ErrorCorrection[])(
    'says in plain words what is too long at level %s',
    async (errorCorrection) => {
      const limit = filling(40, errorCorrection).length;
      expect(qrMatrix('a'.repeat(limit), { errorCorrection }).version).toBe(40);
      const failure = await failureOf(() => qrMatrix('a'.repeat(limit + 1), { errorCorrection }));
      expect(failure).toMatchObject({
        word: 'QR_CONTENT_TOO_LONG',
        details: { bytes: limit + 1, max_bytes: limit },
      });
      expect(failure.message).toBe(
        `The content has ${(limit + 1).toLocaleString('en')} bytes; a QR code with error correction ${errorCorrection} holds ${limit.toLocaleString('en')}.`,
      );
    },
  );

  it('says what is too long beyond ASCII as exactly', async () => {
    const most = (text: string) => qrMatrix(text, { errorCorrection: 'L' }).version;
    const limit = 2_952;
    expect(most(`é${'a'.repeat(limit - 2)}`)).toBe(40);
    const failure = await failureOf(() => most(`é${'a'.repeat(limit - 1)}`));
    expect(failure).toMatchObject({ word: 'QR_CONTENT_TOO_LONG', details: { bytes: limit + 1, max_bytes: limit } });
  });

  it('refuses megabytes before it looks at them', async () => {
    const startedMs = performance.now();
    expect(await wordOf(() => qrMatrix('a1B'.repeat(3_000_000), { errorCorrection: 'L' }))).toBe('QR_CONTENT_TOO_LONG');
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it('needs some content', async () => {
    expect(await wordOf(() => qrMatrix('', { errorCorrection: 'M' }))).toBe('VALIDATION_FAILED');
  });
});

describe('The alphabet of a code', () => {
  const seen = (text: string) => {
    const code = qrMatrix(text, { errorCorrection: 'M' });
    return readPng(plainPng(code, PLAIN_STYLE, { widthPx: (code.size + 8) * 4 }));
  };
  const alphabetsIn = (text: string): readonly number[] => {
    const { rgba, widthPx, heightPx } = seen(text);
    const chunks = jsQR.default(new Uint8ClampedArray(rgba), widthPx, heightPx)?.chunks ?? [];
    return chunks.flatMap((chunk) => ('assignmentNumber' in chunk ? [chunk.assignmentNumber] : []));
  };

  it.each([
    'é',
    'Grüße aus Köln',
    'WIFI:T:WPA;S:Café;P:12345678;;',
    'ABC ÄÖÜ 0123456789',
    '東京都渋谷区',
    'שלום',
    '😀',
  ])('is said where it is not ASCII, and %s is read as it is', async (text) => {
    expect(alphabetsIn(text)).toEqual([UTF8]);
    expect([await qrDecoders.jsqr(seen(text)), await qrDecoders.zxing(seen(text))]).toEqual([text, text]);
  });

  it.each(['https://sgn.example/q/aB7x3K', '0123', 'HTTPS://SGN.EXAMPLE', 'a\x7f\0'])('takes no room in %j', (text) => {
    expect(alphabetsIn(text)).toEqual([]);
  });
});

describe('How a text is split', () => {
  it.each([
    ['HTTPS://SGN.EXAMPLE/Q/AB7X3K', ['alphanumeric']],
    ['https://sgn.example/q/aB7x3K', ['byte']],
    ['0123456789', ['numeric']],
    ['a0123456789012345', ['byte', 'numeric']],
    ['HTTPS://SGN.EXAMPLE/Q/AB7X3Künstler', ['alphanumeric', 'byte']],
    ['日本語', ['byte']],
  ])('writes %s as %j', (text, modes) => {
    const { segments } = splitText(text, 0);
    expect(segments.map(({ mode }) => mode)).toEqual(modes);
    expect(segments.map(({ data }) => data).join('')).toBe(text);
  });

  it('makes codes of upper-case addresses smaller', () => {
    const size = (text: string) => qrMatrix(text, { errorCorrection: 'M' }).size;
    const address = 'https://sgn.example/q/aB7x3KpQr';
    expect(size(address.toUpperCase())).toBeLessThan(size(address));
  });

  it('loses nothing and never needs more bits than one segment of bytes, or than the library', () => {
    const mixed = fc
      .array(fc.oneof(fc.stringMatching(/^\d{1,12}$/), fc.stringMatching(/^[A-Z:/ ]{1,12}$/), fc.string()), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join('').toWellFormed())
      .filter((text) => text !== '');
    fc.assert(
      fc.property(mixed, (text) => {
        for (const [index, { first }] of VERSION_GROUPS.entries()) {
          const group = index as 0 | 1 | 2;
          const { segments, bits } = splitText(text, group);
          expect(segments.map(({ data }) => data).join('')).toBe(text);
          const alphabet = /^[\0-\x7f]*$/.test(text) ? 0 : 12;
          expect(bits).toBeLessThanOrEqual(alphabet + 4 + (first < 10 ? 8 : 16) + 8 * Buffer.byteLength(text));
        }
        const asked = 'M';
        const theirs = create(text as never, { errorCorrectionLevel: asked }).version;
        expect(qrMatrix(text, { errorCorrection: asked }).version).toBeLessThanOrEqual(theirs);
      }),
      { numRuns: 60 },
    );
  });
});

describe('What modules are for', () => {
  it('is data exactly where the library puts data, in all versions', () => {
    for (const version of VERSIONS) {
      const { modules } = create([{ data: 'a', mode: 'byte' }], { version, errorCorrectionLevel: 'L', maskPattern: 0 });
      const roles = rolesOf(modules.size);
      expect(versionOfSize(modules.size)).toBe(version);
      expect(Array.from(roles, (role) => (ROLES[role] === 'data' ? 0 : 1))).toEqual(
        Array.from(modules.reservedBit, Number),
      );
    }
  });
});
