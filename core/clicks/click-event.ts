import type { ClickEvent } from './row.ts';

/** On the stream a click is one line of JSON. */
export const encodeClickEvent = (event: ClickEvent): string => JSON.stringify(event);

/** Values of counters have no more; a visitor can write what they like into most of them. */
export const MAX_TEXT_LENGTH = 100;
export const MAX_USER_AGENT_LENGTH = 512;
