import { MAX_TEXT_LENGTH } from './click-event.ts';
import type { ClickEvent } from './row.ts';

const MEMBERS = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

export type Campaign = Pick<ClickEvent, (typeof MEMBERS)[number]>;

const NONE: Campaign = { utm_source: '', utm_medium: '', utm_campaign: '', utm_term: '', utm_content: '' };

/** What a visit's query (without `?`) says of the campaign it comes from; most say nothing and are not taken apart. */
export function campaignOf(query: string): Campaign {
  if (!query.includes('utm_')) return NONE;
  const parameters = new URLSearchParams(query);
  const valueOf = (member: string): string => (parameters.get(member) ?? '').trim().slice(0, MAX_TEXT_LENGTH);
  return Object.fromEntries(MEMBERS.map((member) => [member, valueOf(member)])) as Campaign;
}
