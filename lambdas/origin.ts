import { VIEWER_HEADERS } from './viewer-headers.ts';

/** `https://host` of the door a request came through: as the edge tells it, else as API Gateway was asked. */
export function originOf(headers: Readonly<Record<string, string>>, domainName: string): string {
  const host = headers[VIEWER_HEADERS.host] ?? headers['host'] ?? domainName;
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return `${scheme}://${isHost(host) ? host : domainName}`;
}

/** What may stand in a URL as it is: nothing that would have to be escaped, no port beyond all ports. */
const isHost = (host: string): boolean => /^[A-Za-z0-9.:[\]-]+$/.test(host) && URL.canParse(`https://${host}/`);
