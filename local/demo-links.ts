import { VIEWER_HEADER } from './gateway/viewer.ts';

const DAY_MS = 24 * 3_600_000;
const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** One of each kind of link, so that everything a visitor can meet is there to be looked at. */
const demoLinks = (nowMs: number): readonly Readonly<Record<string, unknown>>[] => [
  { original_url: 'https://example.com/spring-sale?utm_source=mail', title: 'Spring sale', tags: ['spring'] },
  { original_url: 'https://example.com/blog', title: 'Our blog', custom_alias: 'blog' },
  { original_url: 'https://example.com/team', title: 'Who we are', custom_alias: 'team', tags: ['about'] },
  { original_url: 'https://example.com/prices', title: 'Prices', redirect_status: 307 },
  {
    original_url: 'https://example.com/early-bird',
    title: 'Early bird, one month',
    custom_alias: 'early-bird',
    expires_at: new Date(nowMs + 30 * DAY_MS).toISOString(),
  },
  {
    original_url: 'https://example.com/minutes',
    title: 'Minutes (password: signpost)',
    custom_alias: 'minutes',
    password: 'signpost',
  },
  { original_url: 'https://example.com/voucher', title: 'First three only', custom_alias: 'voucher', max_clicks: 3 },
  {
    original_url: 'https://example.com/search',
    title: 'Passes its query on',
    custom_alias: 'find',
    forward_query: true,
  },
];

/** Who opened the first links, for statistics with something in them. */
const VISITS: readonly (readonly [code: string, viewer: string])[] = [
  ['blog', 'country=DE;region=BE;city=Berlin;device=mobile'],
  ['blog', 'country=US;region=CA;city=San Francisco;device=desktop'],
  ['blog', 'country=IN;region=KA;city=Bengaluru;device=mobile'],
  ['team', 'country=FR;region=IDF;city=Paris;device=tablet'],
  ['team', 'country=DE;region=HH;city=Hamburg;device=desktop'],
  ['find', 'country=BR;region=SP;city=Sao Paulo;device=mobile'],
];

/** Creates the demo links through the API and opens some. Links that are there already stay as they are. */
export async function createDemoLinks(appUrl: string, shortUrl: string, apiKey: string): Promise<void> {
  for (const link of demoLinks(Date.now())) {
    const answer = await fetch(`${appUrl}/v1/urls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...link, if_exists: 'return' }),
    });
    const isThere = answer.ok || answer.status === 409;
    if (!isThere) throw new Error(`The demo link "${String(link['title'])}" was refused: ${await answer.text()}`);
    await answer.body?.cancel();
  }
  for (const [code, viewer] of VISITS) {
    const visit = await fetch(`${shortUrl}/${code}`, {
      redirect: 'manual',
      headers: { 'user-agent': DESKTOP, [VIEWER_HEADER]: viewer },
    });
    await visit.body?.cancel();
  }
}
