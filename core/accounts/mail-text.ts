import type { OneTimeTokenKind } from './one-time-token.ts';
import { TOKEN_LIFETIME_S } from './one-time-token.ts';
import type { Mail } from './outbox.ts';
import { shownName } from './shown-name.ts';

/** A mail in words: one line of subject, plain text with LF. */
export type MailText = { readonly subject: string; readonly text: string };

/** Puts a mail into words. Nothing in it that somebody else chose can be a link, a header or another paragraph. */
export function mailText(mail: Mail): MailText {
  const { subject, paragraphs } = wordsOf(mail);
  return { subject, text: `${[...paragraphs, `Signpost at ${mail.appOrigin}`].join('\n\n')}\n` };
}

type Words = { readonly subject: string; readonly paragraphs: readonly string[] };

function wordsOf(mail: Mail): Words {
  switch (mail.kind) {
    case 'verify-email':
      return {
        subject: 'Confirm your e-mail address',
        paragraphs: [
          hello(mail.name),
          `Welcome to Signpost. Please confirm that this address is yours; your account is ready right after:\n${link(mail, 'verify-email', mail.token)}`,
          goodFor('verify-email'),
          'If you did not ask for an account, you need not do anything: without the link there will be none.',
        ],
      };
    case 'already-registered':
      return {
        subject: 'You already have an account',
        paragraphs: [
          hello(),
          'Somebody, probably you, wanted to use this address for a Signpost account. There is one with it already, so nothing was changed.',
          `You can sign in as always. If you do not remember your password, choose a new one there:\n${forgotPassword(mail)}`,
          'If it was not you, you need not do anything.',
        ],
      };
    case 'reset-password':
      return {
        subject: 'Choose a new password',
        paragraphs: [
          hello(),
          `Here you can choose a new password for your Signpost account:\n${link(mail, 'reset-password', mail.token)}`,
          `${goodFor('reset-password')} Afterwards you are signed out everywhere.`,
          'If you did not ask for this, you need not do anything: your password stays as it is.',
        ],
      };
    case 'no-account':
      return {
        subject: 'There is no account with this address',
        paragraphs: [
          hello(),
          'Somebody, probably you, asked for a new password for this address. There is no Signpost account with it; perhaps you signed up with another one.',
          'If it was not you, you need not do anything.',
        ],
      };
    case 'confirm-email':
      return {
        subject: 'Confirm your new e-mail address',
        paragraphs: [
          hello(),
          `Please confirm that you want to sign in to Signpost with this address from now on:\n${link(mail, 'confirm-email', mail.token)}`,
          goodFor('confirm-email'),
          'If you did not ask for this, you need not do anything: without the link nothing changes.',
        ],
      };
    case 'email-changed':
      return {
        subject: 'Your e-mail address was changed',
        paragraphs: [
          hello(),
          'Your Signpost account has another e-mail address now. From here on, mails go there, and you sign in with it.',
          'If it was not you, somebody else has your password: please write to whoever runs this Signpost at once.',
        ],
      };
    case 'password-changed':
      return {
        subject: 'Your password was changed',
        paragraphs: [
          hello(),
          'The password of your Signpost account was changed, and all other sessions were signed out.',
          `If it was not you, choose a new password at once:\n${forgotPassword(mail)}`,
        ],
      };
    case 'invited':
      return {
        subject: 'You are invited to a workspace',
        paragraphs: [
          hello(),
          `You are invited to work in ${workspace(mail.workspaceName)} on Signpost, as ${mail.role}. Sign in with this address, or sign up with it first, and accept:\n${link(mail, 'accept-invite', mail.token)}`,
          goodFor('invite'),
          'If you do not want to, or do not know what this is about, you need not do anything.',
        ],
      };
  }
}

function hello(name = ''): string {
  const shown = shownName(name);
  return shown === null ? 'Hello,' : `Hello ${shown},`;
}

function workspace(name: string): string {
  const shown = shownName(name);
  return shown === null ? 'a workspace' : `the workspace "${shown}"`;
}

const forgotPassword = ({ appOrigin }: Mail): string => `${appOrigin}/account/forgot-password`;

const link = ({ appOrigin }: Mail, page: string, token: string): string =>
  `${appOrigin}/account/${page}?token=${encodeURIComponent(token)}`;

const DAY_S = 86_400;
const HOUR_S = 3_600;

function goodFor(kind: OneTimeTokenKind): string {
  const lifetimeS = TOKEN_LIFETIME_S[kind];
  const [count, unit] = lifetimeS > DAY_S ? [lifetimeS / DAY_S, 'day'] : [lifetimeS / HOUR_S, 'hour'];
  return `The link works once, for ${count} ${unit}${count === 1 ? '' : 's'}.`;
}
