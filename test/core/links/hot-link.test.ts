import * as fc from 'fast-check';
import type { HotLink } from '../../../core/links/hot-link.ts';
import { decodeHotLink, encodeHotLink, toHotLink } from '../../../core/links/hot-link.ts';
import { REDIRECT_STATUSES } from '../../../core/links/link.ts';
import { aHotLink, aLink, LINK_PASSWORD } from '../../fixtures/links.ts';

const hotLinks: fc.Arbitrary<HotLink> = fc.record({
  code: fc.string(),
  workspaceId: fc.string(),
  tags: fc.array(fc.string({ unit: 'binary' })),
  version: fc.nat(),
  status: fc.constantFrom('active', 'disabled', 'deleted'),
  targetUrl: fc.string({ unit: 'binary' }),
  expiresAtMs: fc.option(fc.nat()),
  maxClicks: fc.option(fc.nat()),
  unlockKey: fc.option(fc.string()),
  redirectStatus: fc.constantFrom(...REDIRECT_STATUSES),
  forwardQuery: fc.boolean(),
  createdAtMs: fc.nat(),
});

describe('A cache entry', () => {
  it('says again whatever link was put in', () => {
    fc.assert(
      fc.property(hotLinks, (link) => {
        expect(decodeHotLink(encodeHotLink(link), link.code)).toEqual(link);
      }),
    );
  });

  it('says that there is no link', () => {
    expect(decodeHotLink(encodeHotLink(null), 'aB7x3Kq')).toBeNull();
  });

  it('is not trusted for another code', () => {
    expect(decodeHotLink(encodeHotLink(aHotLink()), 'another')).toBeUndefined();
  });

  it('is not trusted when it is garbage, and never throws', () => {
    const good = encodeHotLink(aHotLink());
    const truncated = fc.nat(good.length - 1).map((length) => good.slice(0, length));
    const withPrefix = fc.string({ unit: 'binary' }).map((text) => `2:${text}`);
    const withJson = fc.json().map((json) => `2:${json}`);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), truncated, withPrefix, withJson), (entry) => {
        expect(decodeHotLink(entry, 'aB7x3Kq')).toBeUndefined();
      }),
    );
  });

  it.each([
    ['another schema', encodeHotLink(aHotLink()).replace('2:', '3:')],
    ['an older schema', encodeHotLink(aHotLink()).replace('2:', '1:')],
    ['a miss of another schema', '1:miss'],
    ['tags that are none', encodeHotLink({ ...aHotLink(), tags: [1] as unknown as HotLink['tags'] })],
    ['no schema', JSON.stringify(aHotLink())],
    ['an unknown status', encodeHotLink({ ...aHotLink(), status: 'paused' as HotLink['status'] })],
    ['an unknown redirect', encodeHotLink({ ...aHotLink(), redirectStatus: 200 as HotLink['redirectStatus'] })],
  ])('is not trusted with %s', (_, entry) => {
    expect(decodeHotLink(entry, 'aB7x3Kq')).toBeUndefined();
  });

  it.each(Object.keys(aHotLink()) as (keyof HotLink)[])('is not trusted without its %s', (member) => {
    const { [member]: _, ...rest } = aHotLink();
    expect(decodeHotLink(`2:${JSON.stringify(rest)}`, 'aB7x3Kq')).toBeUndefined();
  });

  it('holds the key of the unlock tokens but no password hash', () => {
    const entry = encodeHotLink(toHotLink(aLink({ password: LINK_PASSWORD })));
    expect(entry).toContain(LINK_PASSWORD.unlockKey);
    expect(entry).not.toContain('argon2');
  });
});
