import { MAX_TEXT_LENGTH } from './click-event.ts';

/** Pages, and apps that say which one they are: `android-app://com.google.android.gm/`. */
const PAGE = /^(?:https?|android-app):\/\//i;

/** Host name of the page that linked here, from its whole address; empty where there is none. Nothing else is kept of it. */
export function referrerHost(referrer: string): string {
  if (!PAGE.test(referrer)) return '';
  return (URL.parse(referrer)?.hostname ?? '').slice(0, MAX_TEXT_LENGTH);
}
