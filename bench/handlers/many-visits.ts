import { createHash } from 'node:crypto';
import { newClickId } from '../../core/clicks/click-id.ts';
import type { ClickEvent } from '../../core/clicks/row.ts';

/** As the world does it: the first of them often, the last of them hardly ever. */
const oneOf = (name: string, values: number): string => `${name} ${Math.floor(values ** Math.random()) - 1}`;

const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Googlebot/2.1 (+http://www.google.com/bot.html)',
];

/** Visits of links with one tag each, evenly spread over workspaces, by people from all over: 8,000 cities, 2,000 referrers. */
export function manyVisits(size: { readonly links: number; readonly workspaces: number; readonly clicksPerS: number }) {
  const startedAtMs = Math.floor(Date.now() / 1_000) * 1_000;
  let second = 0;
  const visit = (atMs: number): ClickEvent => {
    const link = Math.floor(Math.random() * size.links);
    const country = Math.floor(200 ** Math.random()) - 1;
    return {
      id: newClickId(atMs),
      domain: 'default',
      code: `code${link}`,
      workspace_id: `ws_${link % size.workspaces}`,
      tags: [`tag ${link % 7}`],
      at_ms: atMs,
      source: Math.random() < 0.1 ? 'scan' : 'click',
      placement: '',
      country: String.fromCharCode(65 + (country % 26), 65 + Math.floor(country / 26)),
      region: oneOf('R', 400),
      city: oneOf('City', 8_000),
      device: 'unknown',
      referrer: Math.random() < 0.4 ? '' : `${oneOf('site', 2_000)}.example`,
      utm_source: oneOf('source', 10),
      utm_medium: oneOf('medium', 5),
      utm_campaign: oneOf('campaign', 20),
      utm_term: '',
      utm_content: '',
      language: oneOf('l', 60),
      visitor: createHash('sha256').update(String(Math.random())).digest('base64url').slice(0, 16),
      user_agent: AGENTS[Math.floor(Math.random() * AGENTS.length)] ?? '',
    };
  };
  return {
    /** In the order of time, as a shard has them. */
    nextSecond(): readonly ClickEvent[] {
      second += 1;
      const fromMs = startedAtMs + second * 1_000;
      return Array.from({ length: size.clicksPerS }, (_, index) =>
        visit(fromMs + Math.floor((index * 1_000) / size.clicksPerS)),
      );
    },
  };
}
