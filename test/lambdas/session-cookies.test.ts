import type { OpenedSession } from '../../core/accounts/open-session.ts';
import {
  ACCESS_COOKIE,
  clearedCookies,
  cookiesOf,
  DEVICE_COOKIE,
  deviceCookie,
  REFRESH_COOKIE,
  sessionCookies,
} from '../../lambdas/session-cookies.ts';
import { aSession } from '../fixtures/accounts.ts';
import { NOW_MS } from '../fixtures/links.ts';

const OPENED: OpenedSession = {
  session: aSession(),
  accessToken: 'eyJh.e30.sig',
  refreshToken: 'sr.usr_1.ses_1.secret',
  refreshExpiresAtMs: NOW_MS + 86_400_000,
};
const all = [...sessionCookies(OPENED), ...clearedCookies(), deviceCookie('secret')];

describe('The cookies of a session', () => {
  it.each(all)('are of this host alone, for no script and no other site: %.40s', (cookie) => {
    const [pair = '', ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/^__Host-signpost_/);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']));
    expect(cookie).not.toMatch(/Domain/i);
  });

  it('last as long as what is in them', () => {
    const [access = '', refresh = ''] = sessionCookies(OPENED);
    expect(access).toContain(`${ACCESS_COOKIE}=eyJh.e30.sig; Max-Age=900;`);
    const until = /Expires=([^;]+)/.exec(refresh)?.[1] ?? '';
    expect(refresh).toContain(`${REFRESH_COOKIE}=sr.usr_1.ses_1.secret;`);
    expect(Date.parse(until)).toBe(OPENED.refreshExpiresAtMs);
    expect(deviceCookie('secret')).toContain('Max-Age=31536000');
  });

  it('are taken away by the name they have, but for the device’s', () => {
    const names = (cookies: readonly string[]) => cookies.map((one) => one.slice(0, one.indexOf('=')));
    expect(names(clearedCookies())).toEqual(names(sessionCookies(OPENED)));
    for (const cookie of clearedCookies()) expect(cookie).toMatch(/^[^=]+=; Max-Age=0;/);
    expect(names(clearedCookies())).not.toContain(DEVICE_COOKIE);
  });
});

describe('The cookies of a request', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1; b=2', { a: '1', b: '2' }],
    ['a=1;b=2;', { a: '1', b: '2' }],
    ['a=x=y==', { a: 'x=y==' }],
    ['a', {}],
    [';;=;', { '': '' }],
    ['a=first; a=second', { a: 'first' }],
    [' a = 1 ', { a: '1' }],
  ])('%j are read', (cookie, expected) => {
    expect(cookiesOf({ cookie })).toEqual(expected);
  });

  it('are none without a header', () => {
    expect(cookiesOf({})).toEqual({});
  });

  it('cannot reach a prototype', () => {
    const read = cookiesOf({ cookie: '__proto__=x; constructor=y' });
    expect(Object.entries(read)).toEqual([
      ['constructor', 'y'],
      ['__proto__', 'x'],
    ]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it('are read in a time that grows with their length', () => {
    const beganAtMs = performance.now();
    cookiesOf({ cookie: ';=a'.repeat(100_000) });
    expect(performance.now() - beganAtMs).toBeLessThan(500);
  });
});
