import { newAccount } from '../../../core/accounts/create-user.ts';
import { emailSha256 } from '../../../core/accounts/email.ts';
import { seededBytes } from '../../../core/accounts/idempotency.ts';
import { KNOWN_DEVICE_LIFETIME_S } from '../../../core/accounts/known-devices.ts';
import type { Job } from '../../../core/accounts/outbox.ts';
import type { Registration } from '../../../core/accounts/registration.ts';
import type { User } from '../../../core/accounts/user.ts';
import type { UserToken } from '../../../core/accounts/user-token.ts';
import { newUserToken } from '../../../core/accounts/user-token.ts';

import { NOW_MS } from '../../fixtures/links.ts';
import type { AccountStores } from '../../fixtures/memory-accounts.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA';

/** What the stores of people and of what they sign in with promise. */
export function accountsContract(
  name: string,
  world: () => { readonly stores: AccountStores; readonly mailsTo: (address: string) => Promise<readonly string[]> },
): void {
  describe(`Accounts ${name}`, () => {
    let people = 0;
    const randomBytes = seededBytes(`accounts ${name}`);
    const deps = { randomBytes, nowMs: () => NOW_MS };
    const newAddress = (): string => {
      people += 1;
      return `person-${people}@${name.toLowerCase().replaceAll(' ', '-')}.example`;
    };
    const accountFor = (email: string) =>
      newAccount(deps, { email, name: 'Ada', passwordHash: HASH, isAdmin: false, plan: 'pro' }, 'person');
    const mailTo = (
      to: string,
      kind: 'password-changed' | 'email-changed' | 'no-account' = 'password-changed',
    ): Job => ({
      kind: 'mail',
      id: `mail_${Buffer.from(randomBytes(8)).toString('hex')}`,
      mail: { to, appOrigin: 'https://app.example.com', kind },
    });
    const aRegistration = (email: string): Registration => ({
      email,
      name: 'Ada',
      passwordHash: HASH,
      tokenSha256: Buffer.from(randomBytes(32)).toString('hex'),
      expiresAtMs: NOW_MS + 1_000,
    });
    const nameOf = ({ email, tokenSha256 }: Registration) => ({ emailSha256: emailSha256(email), tokenSha256 });
    const somebody = async (): Promise<User> => {
      const account = accountFor(newAddress());
      await world().stores.accounts.create(account, null);
      return account.user;
    };
    const tokenOf = async (user: User, purpose: UserToken['purpose'] = { kind: 'reset-password' }) => {
      const { token } = newUserToken(purpose, user, deps);
      await world().stores.tokens.put(token, mailTo(user.email, 'no-account'));
      return token;
    };

    it('keeps a registration with its mail, and makes an account of it once', async () => {
      const { stores, mailsTo } = world();
      const registration = aRegistration(newAddress());
      await stores.registrations.put(registration, mailTo(registration.email, 'no-account'));
      expect(await stores.registrations.find(nameOf(registration))).toEqual(registration);
      expect(await mailsTo(registration.email)).toEqual(['no-account']);
      expect(await stores.users.findByEmail(registration.email)).toBeNull();

      const account = accountFor(registration.email);
      expect(await stores.accounts.createFrom(nameOf(registration), account)).toBe('created');
      expect(await stores.users.findByEmail(registration.email)).toEqual(account.user);
      expect(await stores.users.find(account.user.id)).toEqual(account.user);
      expect(await stores.registrations.find(nameOf(registration))).toBeNull();
      expect(await stores.accounts.createFrom(nameOf(registration), accountFor(registration.email))).toBe('taken');
      const strange = accountFor(newAddress());
      expect(await stores.accounts.createFrom(nameOf(registration), strange)).toBe('used_up');
      expect(await stores.users.findByEmail(strange.user.email)).toBeNull();
    });

    it('gives an address to one of twenty who come at once', async () => {
      const { stores } = world();
      const email = newAddress();
      const registrations = Array.from({ length: 20 }, () => aRegistration(email));
      for (const registration of registrations) await stores.registrations.put(registration, mailTo(email));
      const outcomes = await Promise.all(
        registrations.map((registration) => stores.accounts.createFrom(nameOf(registration), accountFor(email))),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(19);
    });

    it('finds tokens under their person only', async () => {
      const { stores } = world();
      const [user, other] = [await somebody(), await somebody()];
      const token = await tokenOf(user, { kind: 'confirm-email', email: 'new@example.com', sessionId: 'ses_1' });
      expect(await stores.tokens.find(user.id, token.sha256)).toEqual(token);
      expect(await stores.tokens.find(other.id, token.sha256)).toBeNull();
      expect(await stores.tokens.find(user.id, '0'.repeat(64))).toBeNull();
    });

    it('keeps a token that is handed over with the account it is for', async () => {
      const { stores } = world();
      const account = accountFor(newAddress());
      const { token } = newUserToken({ kind: 'reset-password' }, account.user, deps);
      expect(await stores.accounts.create(account, token)).toBe('created');
      expect(await stores.tokens.find(account.user.id, token.sha256)).toEqual(token);
      expect(await stores.accounts.create(accountFor(account.user.email), null)).toBe('taken');
    });

    it('sets a password with a token once, of two at the same moment too', async () => {
      const { stores, mailsTo } = world();
      const user = await somebody();
      const token = await tokenOf(user);
      const change = { passwordHash: `${HASH}2`, atMs: NOW_MS + 5, token };
      const outcomes = await Promise.all(
        [1, 2].map(() => stores.changes.setPassword(user, change, mailTo(user.email))),
      );
      expect(outcomes.toSorted()).toEqual(['changed', 'refused']);
      expect(await stores.users.find(user.id)).toEqual({
        ...user,
        passwordHash: `${HASH}2`,
        passwordChangedAtMs: NOW_MS + 5,
        updatedAtMs: NOW_MS + 5,
        version: 2,
      });
      expect((await mailsTo(user.email)).filter((kind) => kind === 'password-changed')).toHaveLength(1);
      expect(await stores.tokens.find(user.id, token.sha256)).toBeNull();
    });

    it('sets a password of a person who showed theirs, unless it changed meanwhile', async () => {
      const { stores } = world();
      const user = await somebody();
      const change = { passwordHash: `${HASH}2`, atMs: NOW_MS + 5, token: null };
      expect(await stores.changes.setPassword(user, change, mailTo(user.email))).toBe('changed');
      expect(await stores.changes.setPassword(user, change, mailTo(user.email))).toBe('refused');
    });

    it('changes nothing with a token that is not there', async () => {
      const { stores, mailsTo } = world();
      const user = await somebody();
      const { token: reset } = newUserToken({ kind: 'reset-password' }, user, deps);
      const email = newAddress();
      const { token: confirm } = newUserToken({ kind: 'confirm-email', email, sessionId: 'ses_1' }, user, deps);
      const change = { passwordHash: `${HASH}2`, atMs: NOW_MS + 5, token: reset };
      expect(await stores.changes.setPassword(user, change, mailTo(user.email))).toBe('refused');
      const move = { email, atMs: NOW_MS + 5, token: confirm };
      expect(await stores.changes.setEmail(user, move, mailTo(user.email))).toBe('refused');
      expect([await stores.users.find(user.id), await mailsTo(user.email)]).toEqual([user, []]);
    });

    it('moves an account to another address with all that finds it', async () => {
      const { stores, mailsTo } = world();
      const [user, other] = [await somebody(), await somebody()];
      const email = newAddress();
      const token = await tokenOf(user, { kind: 'confirm-email', email, sessionId: 'ses_1' });
      const change = { email, atMs: NOW_MS + 5, token };
      const taken = { ...change, email: other.email };
      expect(await stores.changes.setEmail(user, taken, mailTo(user.email, 'email-changed'))).toBe('taken');
      expect(await stores.changes.setEmail(user, change, mailTo(user.email, 'email-changed'))).toBe('changed');
      expect(await stores.users.findByEmail(user.email)).toBeNull();
      expect(await stores.users.findByEmail(email)).toEqual({ ...user, email, updatedAtMs: NOW_MS + 5, version: 2 });
      expect((await mailsTo(user.email)).at(-1)).toBe('email-changed');
      const again = { ...change, email: newAddress() };
      expect(await stores.changes.setEmail(user, again, mailTo(user.email, 'email-changed'))).toBe('refused');
    });

    it('renews the hash of a password that is still the same', async () => {
      const { stores } = world();
      const user = await somebody();
      await stores.changes.replaceHash(user, `${HASH}new`);
      await stores.changes.replaceHash(user, `${HASH}late`);
      expect(await stores.users.find(user.id)).toEqual({ ...user, passwordHash: `${HASH}new` });
    });

    it('knows a device for a year, and for its person only', async () => {
      const { devices } = world().stores;
      const [one, other] = [newAddress(), newAddress()];
      const lifetimeMs = KNOWN_DEVICE_LIFETIME_S * 1_000;
      await devices.remember(one, 'device', NOW_MS);
      expect(await devices.isKnown(one, 'device', 0, NOW_MS + lifetimeMs - 1)).toBe(true);
      expect(await devices.isKnown(one, 'device', 0, NOW_MS + lifetimeMs)).toBe(false);
      expect(await devices.isKnown(other, 'device', 0, NOW_MS)).toBe(false);
      expect(await devices.isKnown(one, 'other', 0, NOW_MS)).toBe(false);
    });

    it('knows no device that was last signed in with before a moment that is asked for', async () => {
      const { devices } = world().stores;
      const person = newAddress();
      await devices.remember(person, 'device', NOW_MS);
      expect(await devices.isKnown(person, 'device', NOW_MS, NOW_MS + 2)).toBe(true);
      expect(await devices.isKnown(person, 'device', NOW_MS + 1, NOW_MS + 2)).toBe(false);
      await devices.remember(person, 'device', NOW_MS + 1);
      expect(await devices.isKnown(person, 'device', NOW_MS + 1, NOW_MS + 2)).toBe(true);
    });
  });
}
