import * as fc from 'fast-check';
import { isCommonPassword } from '../../../core/accounts/common-passwords.ts';
import {
  matchesPassword,
  newPasswordHash,
  passwordProblem,
  refuseBadPassword,
} from '../../../core/accounts/password.ts';
import { failureOf } from '../../fixtures/failures.ts';

const ADA = { email: 'ada.lovelace@example.com', name: 'Augusta Ada King' };

describe('A password', () => {
  it.each([
    ['eleven characters', 'elevenchars', 'too_short'],
    ['twelve', 'twelve chars', null],
    ['twelve emoji, which are 24 units', '🦊'.repeat(12), null],
    ['six emoji, which are 12 units', '🦊'.repeat(6), 'too_short'],
    ['twelve accents that were typed apart', 'e\u0301'.repeat(11), 'too_short'],
    ['128', 'y'.repeat(127) + 'z', null],
    ['129', 'y'.repeat(128) + 'z', 'too_long'],
    ['megabytes', 'y'.repeat(2_000_000), 'too_long'],
    ['spaces only, with which no rule is broken', ' '.repeat(11) + '\t', null],
    ['no digit and no capital', 'no digit and no capital', null],
    ['one that is tried first', 'qwerty123456', 'common'],
    ['the same in capitals', 'QWERTY123456', 'common'],
    ['the own address', 'ada.lovelace@example.com', 'common'],
    ['its first part', 'Ada.Lovelace', 'common'],
    ['the own name', 'augusta ada king', 'common'],
    ['the own name with more', 'augusta ada king 1815', null],
  ] as const)('of %s', (_, password, problem) => {
    expect(passwordProblem(password, ADA)).toBe(problem);
  });

  it('that is refused says why, in the word for it', async () => {
    const wordsOf = async (password: string) => {
      const failure = await failureOf(() => refuseBadPassword(password, ADA, 'new_password'));
      return [failure.word, failure.details['errors']];
    };
    expect(await wordsOf('short')).toEqual([
      'VALIDATION_FAILED',
      [{ path: 'new_password', code: 'too_short', message: 'Must have 12 to 128 characters.' }],
    ]);
    expect(await wordsOf('1qaz2wsx3edc4rfv')).toEqual(['WEAK_PASSWORD', undefined]);
  });

  it('of any 12 to 128 characters that is not known is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 12, maxLength: 60 }), (password) => {
        const length = Array.from(password.normalize('NFC')).length;
        fc.pre(length >= 12 && length <= 128 && !isCommonPassword(password));
        expect(passwordProblem(password, ADA)).toBeNull();
      }),
    );
  });

  it('matches its hash, and never the hash of nobody', async () => {
    const hash = await newPasswordHash('a phrase of Ada’s');
    expect(await matchesPassword('a phrase of Ada’s', hash)).toBe(true);
    expect(await matchesPassword('a phrase of Eve’s', hash)).toBe(false);
    expect(await matchesPassword('a phrase of Ada’s', null)).toBe(false);
  });
});

describe('The list of common passwords', () => {
  it.each([
    'password1234',
    'passwordpassword',
    'qwertyuiop123',
    '123456789012',
    '111111111111',
    '1q2w3e4r5t6y',
    'administrator',
    'iloveyou1234',
    'abcdefghijkl',
    'letmeinletmein',
    "can'tremember",
  ])('has %s', (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each(['correct horse battery', '', ' ', 'password1234 ', 'x'.repeat(1_000)])('has not %.30j', (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });
});
