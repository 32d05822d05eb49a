import { matchesLinkPassword, newLinkPassword, newUnlockKey } from '../../../core/links/link-password.ts';
import { LINK_PASSWORD, RIGHT_PASSWORD } from '../../fixtures/links.ts';

describe('A link password', () => {
  it('is argon2id with 19 MiB and two passes, salted anew each time', async () => {
    const [first, second] = await Promise.all([newLinkPassword('same'), newLinkPassword('same')]);
    expect(first.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first.hash).not.toBe(second.hash);
    expect(first.unlockKey).not.toBe(second.unlockKey);
    expect(await matchesLinkPassword('same', first.hash)).toBe(true);
  });

  it('matches hashes made before, with the parameters that stand in them', async () => {
    expect(await matchesLinkPassword(RIGHT_PASSWORD, LINK_PASSWORD.hash)).toBe(true);
    const cheaper = LINK_PASSWORD.hash.replace('t=2', 't=1');
    expect(await matchesLinkPassword(RIGHT_PASSWORD, cheaper)).toBe(false);
  });

  it.each([RIGHT_PASSWORD.toUpperCase(), `${RIGHT_PASSWORD} `, ` ${RIGHT_PASSWORD}`, '', `${RIGHT_PASSWORD}\0`])(
    'does not match %j',
    async (password) => {
      expect(await matchesLinkPassword(password, LINK_PASSWORD.hash)).toBe(false);
    },
  );

  it('tells passwords apart that differ after their 72nd byte', async () => {
    const { hash } = await newLinkPassword(`${'x'.repeat(100)}a`);
    expect(await matchesLinkPassword(`${'x'.repeat(100)}b`, hash)).toBe(false);
  });

  it('is the same whether its accents are composed or not', async () => {
    const { hash } = await newLinkPassword('cafe\u0301');
    expect(await matchesLinkPassword('caf\u00e9', hash)).toBe(true);
  });

  it.each(['', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2i$v=19$m=8,t=1,p=1$YWJj$YWJj'])(
    'refuses to compare with what is no hash of ours: %j',
    async (hash) => {
      await expect(matchesLinkPassword('x', hash)).rejects.toThrow('not an argon2id hash');
    },
  );

  it('has an unlock key of 256 bits', () => {
    expect(Buffer.from(newUnlockKey(), 'base64url')).toHaveLength(32);
  });
});
