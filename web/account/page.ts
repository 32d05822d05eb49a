import { frameWith } from '../frame.ts';
import { CARD_STYLE } from '../visitor/page.ts';

/** Pages that mails lead to. Their forms post to this door and nowhere else. */
export const { headers: ACCOUNT_PAGE_HEADERS, page } = frameWith(CARD_STYLE, "'self'");
