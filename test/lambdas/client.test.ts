import * as fc from 'fast-check';
import { clientOf, networkOf } from '../../lambdas/client.ts';
import { ORIGIN_VERIFY_HEADER, VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';
import { ORIGIN_SECRET } from '../fixtures/events.ts';

describe('A client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8:1:2::ffff', '2001:db8:1:2'],
    ['2001:db8::', '2001:db8:0:0'],
    ['2001:db8::5:6:7:8', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('at %j is known by %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is the same for any address of its IPv6 network, and another for the next network', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const groups = networkOf(address).split(':');
        fc.pre(groups.length === 4);
        expect(networkOf(`${groups.join(':')}:ffff:1:2:3`)).toBe(networkOf(address));
        const next = [...groups.slice(0, 3), (Number.parseInt(groups[3] ?? '0', 16) ^ 1).toString(16)].join(':');
        expect(networkOf(`${next}::1`)).not.toBe(networkOf(address));
      }),
    );
  });

  it('is a hash: nobody reads the address in it, nor makes it without the secret', () => {
    const request = {
      headers: { [ORIGIN_VERIFY_HEADER]: ORIGIN_SECRET, [VIEWER_HEADERS.address]: '203.0.113.42' },
      sourceIp: '192.0.2.1',
    };
    const client = clientOf(request, ORIGIN_SECRET);
    expect(client).toMatch(/^[\w-]{43}$/);
    const other = { ...request, headers: { ...request.headers, [ORIGIN_VERIFY_HEADER]: 'other' } };
    expect(clientOf(other, 'other')).not.toBe(client);
  });
});
