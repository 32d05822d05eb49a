import { escapeHtml } from '../frame.ts';
import { page } from './page.ts';

/** The pages that mails lead to, by the last part of their path. */
export const ACCOUNT_PAGES = [
  'forgot-password',
  'verify-email',
  'reset-password',
  'confirm-email',
  'accept-invite',
] as const;
export type AccountPage = (typeof ACCOUNT_PAGES)[number];
export const isAccountPage = (name: string): name is AccountPage => ACCOUNT_PAGES.some((known) => known === name);
/** Whether one comes to the page with the token of a mail; to ask for a mail takes none. */
export const needsToken = (name: AccountPage): boolean => name !== 'forgot-password';

type Words = {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly done: string;
  readonly after: string;
};

const WORDS: Readonly<Record<AccountPage, Words>> = {
  'forgot-password': {
    title: 'Forgot your password?',
    text: 'We send a link with which you choose a new one.',
    button: 'Send me the link',
    done: 'Look into your mailbox',
    after: 'A mail is on its way. Its link works once, for an hour.',
  },
  'verify-email': {
    title: 'Confirm your e-mail address',
    text: 'One click, and your account is ready.',
    button: 'Confirm my address',
    done: 'Your account is ready',
    after: 'You can sign in now.',
  },
  'reset-password': {
    title: 'Choose a new password',
    text: 'At least 12 characters; a few words you can remember are best. You are signed out everywhere afterwards.',
    button: 'Set the password',
    done: 'Your password was changed',
    after: 'You can sign in with the new one now.',
  },
  'confirm-email': {
    title: 'Confirm your new e-mail address',
    text: 'From then on you sign in with this address.',
    button: 'Use this address',
    done: 'Your e-mail address was changed',
    after: 'You can sign in with it now.',
  },
  'accept-invite': {
    title: 'Join the workspace',
    text: 'Sign in with the address the invite was sent to. If it has no account yet, sign up with it first.',
    button: 'Accept the invite',
    done: 'You are a member now',
    after: 'The workspace is among yours when you sign in.',
  },
};

/** What a form asks for beside the token, in the order it is shown. */
const FIELDS: Readonly<Record<AccountPage, readonly Field[]>> = {
  'forgot-password': [{ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' }],
  'verify-email': [],
  'reset-password': [{ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password' }],
  'confirm-email': [],
  'accept-invite': [
    { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' },
    { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
  ],
};

type Field = {
  readonly name: string;
  readonly label: string;
  readonly type: 'email' | 'password';
  readonly autocomplete: string;
};

/**
 * The form of a page. Opening it changes nothing, because mail scanners open links; sending it does. `error` is what went
 * wrong with the last try. The token is in the form, so the address it is sent to holds none.
 */
export function formPage(name: AccountPage, token: string, error: string | null): string {
  const { title, text, button } = WORDS[name];
  const message = error === null ? '' : `<p class="error" id="error" role="alert">${escapeHtml(error)}</p>`;
  return page(
    title,
    `<h1>${title}</h1><p>${text}</p>${message}<form method="post" action="/account/${name}">` +
      (token === '' ? '' : `<input type="hidden" name="token" value="${escapeHtml(token)}">`) +
      FIELDS[name].map((field, index) => inputOf(field, error !== null, index === 0)).join('') +
      `<button type="submit">${button}</button></form>`,
  );
}

function inputOf({ name, label, type, autocomplete }: Field, isWrong: boolean, isFirst: boolean): string {
  const length = autocomplete === 'new-password' ? ' minlength="12"' : '';
  return (
    `<label for="${name}">${label}</label>` +
    `<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required${length} maxlength="254"` +
    `${isFirst ? ' autofocus' : ''}${isWrong ? ' aria-describedby="error" aria-invalid="true"' : ''}>`
  );
}

export const donePage = (name: AccountPage): string => notice(WORDS[name].done, WORDS[name].after);

/** The token is used up, over, or was cut off on its way. */
export const deadLinkPage = (): string =>
  notice(
    'This link does not work any more',
    'It was used already, is too old, or was cut off on its way. Ask for a new mail and use the link in that one.',
  );

/** Anything else that stands in the way, in a sentence. */
export const refusedPage = (sentence: string): string => notice('This did not work', sentence);

const notice = (title: string, text: string): string =>
  page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);
