import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import type { OneTimeTokenKind } from '../../../core/accounts/one-time-token.ts';
import { newOneTimeToken, readOneTimeToken, TOKEN_LIFETIME_S } from '../../../core/accounts/one-time-token.ts';
import { cyclingBytes } from '../../fixtures/bytes.ts';

const KINDS = Object.keys(TOKEN_LIFETIME_S) as OneTimeTokenKind[];
const SUBJECTS = ['usr_01arz3ndektsv4rrffq69g', 'f'.repeat(64), 'ws_1~inv_2'];

describe('A one-time token', () => {
  it.each(KINDS.flatMap((kind) => SUBJECTS.map((subject) => [kind, subject] as const)))(
    'for %s names its subject %s and is read back',
    (kind, subject) => {
      const { text, sha256 } = newOneTimeToken(kind, subject, randomBytes);
      expect(readOneTimeToken(kind, text)).toEqual({ subject, sha256 });
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(encodeURIComponent(text)).toBe(text);
    },
  );

  it('of one kind is nothing to another', () => {
    for (const kind of KINDS) {
      const { text } = newOneTimeToken(kind, 'usr_1', randomBytes);
      for (const other of KINDS) expect(readOneTimeToken(other, text) === null).toBe(kind !== other);
    }
  });

  it('has 256 bits that follow from nothing', () => {
    const { text } = newOneTimeToken('reset-password', 'usr_1', cyclingBytes(0xff));
    expect(text).toBe(`r.usr_1.${Buffer.alloc(32, 0xff).toString('base64url')}`);
    const texts = Array.from({ length: 1_000 }, () => newOneTimeToken('reset-password', 'usr_1', randomBytes).text);
    expect(new Set(texts).size).toBe(1_000);
  });

  it('with one character changed has another hash or is none', () => {
    const { text, sha256 } = newOneTimeToken('invite', 'ws_1~inv_1', randomBytes);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, other) => {
        fc.pre(text[at] !== other);
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect(readOneTimeToken('invite', changed)?.sha256).not.toBe(sha256);
      }),
    );
  });

  it.each([
    '',
    '.',
    '..',
    'r..x',
    'r.usr_1',
    'r.usr_1.short',
    `r.usr 1.${'A'.repeat(43)}`,
    `r.usr_1.${'A'.repeat(44)}`,
    ` r.usr_1.${'A'.repeat(43)}`,
    `r.usr_1.${'A'.repeat(43)}\n`,
    `r.a~b~c.${'A'.repeat(43)}`,
    `r.user#1.${'A'.repeat(43)}`,
    `r.${'u'.repeat(129)}.${'A'.repeat(43)}`,
    'x'.repeat(100_000),
  ])('is not %.50j', (text) => {
    expect(readOneTimeToken('reset-password', text)).toBeNull();
  });
});
