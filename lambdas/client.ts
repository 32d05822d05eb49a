import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { viewerAddress } from './viewer.ts';

/**
 * Who a limit counts as one client, as a hash: no address is kept. An IPv4 address is one; of IPv6 a network of 64 bits
 * is, because whoever has one address of it has all.
 */
export function clientOf(
  { headers, sourceIp }: { readonly headers: Readonly<Record<string, string>>; readonly sourceIp: string },
  originSecret: string,
): string {
  const address = viewerAddress(headers, originSecret, sourceIp);
  return createHmac('sha256', originSecret).update(networkOf(address)).digest('base64url');
}

const NETWORK_GROUPS = 4;
const ALL_GROUPS = 8;

/** The first four groups of an IPv6 address, whatever its spelling; any other text as it is. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Math.max(0, ALL_GROUPS - before.length - after.length);
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
