import { escapeHtml } from '../frame.ts';
import { page } from './page.ts';

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A page that says one thing. */
const notice = (title: string, ...paragraphs: readonly string[]): string =>
  page(title, `<h1>${escapeHtml(title)}</h1>${paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}`);

export const shortDomainPage = (): string =>
  notice('Short links live here', 'Add a code to the address to follow a link.');

/** An address is shown to find a typing error in it; nobody typed more than this. */
const MAX_SHOWN_LENGTH = 200;

export const unknownPage = (typed: string): string =>
  page(
    'This link doesn’t exist',
    `<h1>This link doesn’t exist</h1><p>Please check the address for a typing error.</p><p class="quiet url">${escapeHtml(typed.slice(0, MAX_SHOWN_LENGTH))}</p>`,
  );

export const disabledPage = (): string => notice('This link is switched off', 'Its owner has disabled or deleted it.');

export const expiredPage = (expiredAtMs: number): string =>
  notice('This link has expired', `It was open until ${day(expiredAtMs)} (UTC).`);

export const exhaustedPage = (): string =>
  notice('This link has been used up', 'It reached the number of visits its owner allowed.');

export const prefetchRefusedPage = (): string =>
  notice('Open this link to follow it', 'It is not opened ahead of time.');

export const unavailablePage = (requestId: string): string =>
  notice('Please try again in a moment', 'This link cannot be looked up right now.', `Request ${requestId}`);

export const notAllowedPage = (): string => notice('This address only answers visits', 'Follow it with a browser.');

/** `error` is what went wrong with the last try. The password manager is told that this is a password it may know. */
export function passwordPage(code: string, error: string | null): string {
  const message = error === null ? '' : `<p class="error" id="error" role="alert">${escapeHtml(error)}</p>`;
  const described = error === null ? '' : ' aria-describedby="error" aria-invalid="true"';
  return page(
    'This link needs a password',
    `<h1>This link needs a password</h1>${message}<form method="post" action="/${encodeURIComponent(code)}">` +
      `<label for="password">Password</label>` +
      `<input id="password" name="password" type="password" autocomplete="current-password" required autofocus maxlength="128"${described}>` +
      `<button type="submit">Open the link</button></form>`,
  );
}

/** `targetUrl` is null for a protected link: its target is in no byte of the page. */
export function previewPage(code: string, targetUrl: string | null, createdAtMs: number): string {
  const since = `<p class="quiet">Created on ${day(createdAtMs)} (UTC)</p>`;
  const where =
    targetUrl === null
      ? '<p>This link is protected by a password, so its target is not shown.</p>'
      : `<p>It leads to</p><p class="host">${escapeHtml(new URL(targetUrl).host)}</p><p class="quiet url">${escapeHtml(targetUrl)}</p>`;
  return page(
    'Where this link leads',
    `<h1>Where this link leads</h1>${where}${since}<a class="button" href="/${encodeURIComponent(code)}" rel="nofollow">Continue</a>`,
  );
}
