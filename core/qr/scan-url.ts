import type { Scan } from './scan-path.ts';
import { scanPath } from './scan-path.ts';

/**
 * What the QR code of a link says: `HTTPS://S.EXAMPLE/Q/MFRGG/MENU`. Scheme and host mean the same in either case (RFC 3986
 * §6.2.2.1), and in capitals the whole is one alphanumeric segment, mostly a version smaller.
 */
export const scanUrl = (shortOrigin: string, scan: Scan): string => `${shortOrigin.toUpperCase()}${scanPath(scan)}`;
