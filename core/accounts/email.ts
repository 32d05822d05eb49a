import { createHash } from 'node:crypto';

/** RFC 5321: what fits into `<path>` of 256 octets, and the longest local part. */
export const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;

/** What people have: an unquoted ASCII local part (dot-atom) at a domain of labels, the last of which is no number. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/**
 * An address as accounts are known by it: trimmed and in lower case, or null where the text is no address of the
 * conservative grammar. Lower case also of the local part: no mailbox in use tells `Ada` from `ada`.
 */
export function normalEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  const at = email.lastIndexOf('@');
  if (email.length > MAX_EMAIL_LENGTH || at < 1) return null;
  const local = email.slice(0, at);
  const labels = email.slice(at + 1).split('.');
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local) || labels.length < 2) return null;
  return labels.every((label) => LABEL.test(label)) && TOP_LABEL.test(labels.at(-1) ?? '') ? email : null;
}

/** Hex SHA-256 of an address as `normalEmail` writes it: what keys are made of. */
export const emailSha256 = (email: string): string => createHash('sha256').update(email).digest('hex');
