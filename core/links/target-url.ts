import { BlockList, isIP } from 'node:net';
import { Failure } from '../errors.ts';

/** Longest URL CloudFront accepts, and with it the longest target (contract: 8,192 bytes). */
export const MAX_TARGET_BYTES = 8_192;

export type TargetRules = {
  /** Host names of our own short domains, on whatever port: a link there would loop. */
  readonly ownHostnames: ReadonlySet<string>;
  readonly allowPrivateHosts: boolean;
  /** Lower-cased host names; a blocked host blocks its subdomains. */
  readonly blockedHosts: ReadonlySet<string>;
};

/** RFC 6890 special-purpose addresses that lead nowhere public. */
const PRIVATE_ADDRESSES = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE_ADDRESSES.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE_ADDRESSES.addSubnet(network, prefix, 'ipv6');
}

/** Name spaces that never resolve publicly: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`. */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa', '.lan', '.intranet', '.corp', '.home'];

const invalid = (detail: string): Failure => new Failure('INVALID_URL', {}, { detail });

/**
 * The one gate for targets. Answers the normalised `URL.href` (always ASCII), which is what is stored and sent.
 * Raw control characters are refused before parsing, because `new URL` silently drops CR, LF and TAB.
 * Throws INVALID_URL or URL_BLOCKED.
 */
export function parseTargetUrl(input: string, rules: TargetRules): string {
  if (hasRawControlCharacter(input)) throw invalid('The URL holds a control character.');
  if (Buffer.byteLength(input) > MAX_TARGET_BYTES) throw invalid(`The URL is longer than ${MAX_TARGET_BYTES} bytes.`);
  const url = URL.parse(input);
  if (url === null) throw invalid('This is not an absolute URL.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid('Only http and https URLs can be shortened.');
  if (url.username !== '' || url.password !== '') throw invalid('The URL carries credentials.');
  if (url.href.length > MAX_TARGET_BYTES)
    throw invalid(`The URL is longer than ${MAX_TARGET_BYTES} bytes once encoded.`);

  // The parser keeps any number of dots at the end; a name is the same name without them.
  const hostname = url.hostname.replace(/\.+$/, '');
  if (rules.ownHostnames.has(hostname)) throw invalid('The URL is itself on the short domain.');
  if (!rules.allowPrivateHosts && isPrivateHost(hostname))
    throw invalid('The URL leads to a private or loopback host.');
  if (isBlocked(hostname, rules.blockedHosts)) throw new Failure('URL_BLOCKED');
  return url.href;
}

function hasRawControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** `hostname` comes out of the WHATWG parser, so decimal, octal, hex and short IPv4 spellings are already dotted. */
function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPrivateIpv6(hostname.slice(1, -1));
  if (isIP(hostname) === 4) return PRIVATE_ADDRESSES.check(hostname, 'ipv4');
  return !hostname.includes('.') || PRIVATE_SUFFIXES.some((suffix) => hostname.endsWith(suffix));
}

/** IPv4 hides in IPv6 three ways: mapped (::ffff:), NAT64 (64:ff9b::) and 6to4 (2002:); each is judged as the IPv4 it leads to. */
function isPrivateIpv6(address: string): boolean {
  if (PRIVATE_ADDRESSES.check(address, 'ipv6')) return true;
  const groups = expandIpv6(address);
  const embedded =
    address.startsWith('::ffff:') || address.startsWith('64:ff9b::')
      ? groups.slice(6)
      : groups[0] === 0x2002
        ? groups.slice(1, 3)
        : null;
  if (embedded === null) return groups.slice(0, 6).every((group) => group === 0);
  const [high = 0, low = 0] = embedded;
  return PRIVATE_ADDRESSES.check([high >> 8, high & 255, low >> 8, low & 255].join('.'), 'ipv4');
}

function expandIpv6(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = parse(tail ?? '');
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}

function isBlocked(hostname: string, blockedHosts: ReadonlySet<string>): boolean {
  const labels = hostname.split('.');
  return labels.some((_, index) => blockedHosts.has(labels.slice(index).join('.')));
}
