import { VIEWER_HEADER } from './gateway/viewer.ts';

const DAY_MS = 24 * 3_600_000;
/** What people open links with. */
const AGENTS = {
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0',
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  instagram:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.85',
  android:
    'Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  ipad: 'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
} as const;

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
const VISITS: readonly {
  readonly path: string;
  readonly viewer: string;
  readonly agent: keyof typeof AGENTS;
  readonly from?: string;
  readonly language: string;
}[] = [
  {
    path: 'blog?utm_source=letter&utm_medium=email&utm_campaign=spring',
    viewer: 'country=DE;region=BE;city=Berlin;device=mobile;address=192.0.2.10',
    agent: 'iphone',
    language: 'de-DE',
  },
  {
    path: 'blog',
    viewer: 'country=US;region=CA;city=San Francisco;device=desktop;address=192.0.2.11',
    agent: 'chrome',
    from: 'https://news.ycombinator.com/',
    language: 'en-US',
  },
  {
    path: 'blog',
    viewer: 'country=IN;region=KA;city=Bengaluru;device=mobile;address=192.0.2.12',
    agent: 'android',
    from: 'android-app://com.google.android.gm/',
    language: 'en-IN',
  },
  {
    path: 'team',
    viewer: 'country=FR;region=IDF;city=Paris;device=tablet;address=192.0.2.13',
    agent: 'ipad',
    language: 'fr-FR',
  },
  {
    path: 'team',
    viewer: 'country=DE;region=HH;city=Hamburg;device=desktop;address=192.0.2.14',
    agent: 'firefox',
    from: 'https://www.google.com/',
    language: 'de-DE',
  },
  {
    path: 'find',
    viewer: 'country=BR;region=SP;city=Sao Paulo;device=mobile;address=192.0.2.15',
    agent: 'instagram',
    language: 'pt-BR',
  },
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
  for (const { path, viewer, agent, from, language } of VISITS) {
    const visit = await fetch(`${shortUrl}/${path}`, {
      redirect: 'manual',
      headers: {
        'user-agent': AGENTS[agent],
        'accept-language': language,
        [VIEWER_HEADER]: viewer,
        ...(from === undefined ? {} : { referer: from }),
      },
    });
    await visit.body?.cancel();
  }
}
