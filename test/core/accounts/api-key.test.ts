import { createHash, randomBytes } from 'node:crypto';
import { hashApiKey, isWellFormedApiKey, newApiKey } from '../../../core/accounts/api-key.ts';
import type { CredentialStore } from '../../../core/accounts/authenticate.ts';
import { authenticate } from '../../../core/accounts/authenticate.ts';
import { cyclingBytes } from '../../fixtures/bytes.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const KEY = newApiKey(randomBytes);

describe('An API key', () => {
  it('is a prefix, 32 characters of base58 and a checksum, new each time', () => {
    expect(KEY).toMatch(/^sp_[1-9A-HJ-NP-Za-km-z]{32}_[0-9a-f]{6}$/);
    expect(isWellFormedApiKey(KEY)).toBe(true);
    expect(newApiKey(randomBytes)).not.toBe(KEY);
    expect(newApiKey(cyclingBytes(0))).toBe(newApiKey(cyclingBytes(0)));
  });

  it('with any single character changed is not well-formed', () => {
    for (let index = 0; index < KEY.length; index += 1) {
      const other = KEY[index] === 'a' ? 'b' : 'a';
      expect(isWellFormedApiKey(KEY.slice(0, index) + other + KEY.slice(index + 1))).toBe(false);
    }
  });

  it.each([
    '',
    'sp_',
    KEY.slice(0, -1),
    `${KEY}0`,
    `${KEY}\n`,
    ` ${KEY}`,
    KEY.toUpperCase(),
    KEY.replace('sp_', 'sk_'),
    'eyJhbGciOiJIUzI1NiJ9.e30.x',
    'x'.repeat(100_000),
  ])('is not %j', (text) => {
    expect(isWellFormedApiKey(text)).toBe(false);
  });

  it('is stored as the SHA-256 of the whole of it', () => {
    expect(hashApiKey(KEY)).toBe(createHash('sha256').update(KEY).digest('hex'));
    expect(hashApiKey(KEY)).not.toContain(KEY.slice(3, 12));
  });
});

describe('Authentication', () => {
  const WORKSPACE = { id: 'ws_1', name: 'Acme', plan: 'pro', createdAtMs: NOW_MS } as const;
  const STORED = {
    id: 'key_1',
    workspaceId: 'ws_1',
    name: 'CI',
    scopes: ['urls:read', 'urls:write'],
    createdAtMs: NOW_MS,
  } as const;

  function credentials(overrides: Partial<CredentialStore> = {}) {
    const asked: string[] = [];
    const store: CredentialStore = {
      findApiKey: async (hash) => {
        asked.push(hash);
        return hash === hashApiKey(KEY) ? STORED : null;
      },
      findWorkspace: async (id) => (id === 'ws_1' ? WORKSPACE : null),
      ...overrides,
    };
    return { store, asked };
  }

  it.each([`Bearer ${KEY}`, `bearer ${KEY}`, `BEARER   ${KEY}`])('knows the caller behind %s', async (header) => {
    expect(await authenticate(credentials().store, header)).toEqual({
      workspaceId: 'ws_1',
      plan: 'pro',
      keyId: 'key_1',
      scopes: ['urls:read', 'urls:write'],
    });
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    KEY,
    `Basic ${KEY}`,
    `Bearer ${KEY} ${KEY}`,
    `Bearer ${KEY},`,
    `Bearer ${KEY}\n`,
    `Bearer "${KEY}"`,
    'Bearer null',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    `Bearer ${'x'.repeat(50_000)}`,
  ])('refuses %j without a read', async (header) => {
    const { store, asked } = credentials();
    const caller = await authenticate(store, header);
    expect(caller).toBeNull();
    expect(asked).toEqual([]);
  });

  it('refuses a well-formed key nobody has, and one whose workspace is gone', async () => {
    expect(await authenticate(credentials().store, `Bearer ${newApiKey(randomBytes)}`)).toBeNull();
    const { store } = credentials({ findWorkspace: () => Promise.resolve(null) });
    expect(await authenticate(store, `Bearer ${KEY}`)).toBeNull();
  });

  it('hands on that the store does not answer: that is not "unauthenticated"', async () => {
    const { store } = credentials({ findApiKey: () => Promise.reject(new Error('away')) });
    await expect(authenticate(store, `Bearer ${KEY}`)).rejects.toThrow('away');
  });
});
