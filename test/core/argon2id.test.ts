import { argon2idHash, isOutdatedHash, matchesArgon2id, NOBODYS_HASH } from '../../core/argon2id.ts';

describe('An argon2id hash', () => {
  it('matches its password alone', async () => {
    const hash = await argon2idHash('a long enough phrase');
    expect(await matchesArgon2id('a long enough phrase', hash)).toBe(true);
    expect(await matchesArgon2id('a long enough phrase ', hash)).toBe(false);
  });

  it('is outdated once the parameters are others than in it', async () => {
    const hash = await argon2idHash('x');
    expect(isOutdatedHash(hash)).toBe(false);
    for (const former of [hash.replace('m=19456', 'm=4096'), hash.replace('t=2', 't=1'), hash.replace('p=1', 'p=2')])
      expect(isOutdatedHash(former)).toBe(true);
  });

  it('of nobody is well-formed, of today’s cost, and matches nothing', async () => {
    expect(isOutdatedHash(NOBODYS_HASH)).toBe(false);
    for (const guess of ['', 'password', NOBODYS_HASH]) expect(await matchesArgon2id(guess, NOBODYS_HASH)).toBe(false);
  });
});
