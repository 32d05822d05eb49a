import type { Row } from './row.ts';

const ROW_DIGITS = 6;
const MAX_LENGTH = 60;

/** `codes/000012-table-4.png`: no two rows share one, and no name leads out of the folder or is refused by a file system. */
export function fileName({ row, name }: Row, shortCode: string | null, extension: string): string {
  const number = String(row).padStart(ROW_DIGITS, '0');
  const told = (name ?? shortCode ?? '')
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  const short = Array.from(told).slice(0, MAX_LENGTH).join('');
  return `codes/${number}${short === '' ? '' : `-${short}`}.${extension}`;
}
