import * as fc from 'fast-check';
import { campaignOf } from '../../../core/clicks/campaign.ts';
import { MAX_TEXT_LENGTH } from '../../../core/clicks/click-event.ts';
import { firstLanguage } from '../../../core/clicks/language.ts';
import { referrerHost } from '../../../core/clicks/referrer.ts';

const NO_CAMPAIGN = { utm_source: '', utm_medium: '', utm_campaign: '', utm_term: '', utm_content: '' };

describe('The campaign of a visit', () => {
  it.each([
    ['', {}],
    ['x=1&y=2', {}],
    ['utm_source=letter', { utm_source: 'letter' }],
    [
      'utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e',
      { utm_source: 'a', utm_medium: 'b', utm_campaign: 'c', utm_term: 'd', utm_content: 'e' },
    ],
    ['utm_campaign=spring+sale%21', { utm_campaign: 'spring sale!' }],
    ['utm_source=first&utm_source=second', { utm_source: 'first' }],
    ['utm_source=%20%20letter%09', { utm_source: 'letter' }],
    ['utm_id=1&not_utm_source=x&UTM_SOURCE=y', {}],
    ['utm_term=%E0%A4%A', { utm_term: '\ufffd%A' }],
    [`utm_content=${'é'.repeat(500)}`, { utm_content: 'é'.repeat(MAX_TEXT_LENGTH) }],
  ])('is read from ?%s', (query, campaign) => {
    expect(campaignOf(query)).toEqual({ ...NO_CAMPAIGN, ...campaign });
  });

  it('is read from anything without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(Object.keys(campaignOf(`utm_source=${query}`))).toEqual(Object.keys(NO_CAMPAIGN));
      }),
    );
  });
});

describe('The page that linked here', () => {
  it.each([
    ['https://news.example/story?session=secret#top', 'news.example'],
    ['HTTP://News.Example:8080/', 'news.example'],
    ['https://user:password@news.example/', 'news.example'],
    ['https://t.co/abc', 't.co'],
    ['https://bücher.example/', 'xn--bcher-kva.example'],
    ['android-app://com.google.android.gm/', 'com.google.android.gm'],
    ['', ''],
    ['about:blank', ''],
    ['file:///home/anna/letter.html', ''],
    ['javascript:alert(1)', ''],
    ['news.example', ''],
    ['https://', ''],
    ['https://[::1', ''],
    ['https://a b/', ''],
  ])('is of %j: %j', (referrer, host) => {
    expect(referrerHost(referrer)).toBe(host);
  });

  it('is read from anything without throwing, and is short', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        expect(referrerHost(text).length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
        expect(referrerHost(`https://${text}`)).not.toMatch(/[/?#@\s]/);
      }),
    );
  });
});

describe('The first language asked for', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de-AT'],
    ['de', 'de'],
    ['EN-us', 'en-US'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['es-419,es', 'es-419'],
    ['fil-PH', 'fil-PH'],
    [' fr ; q=0.5', 'fr'],
    ['*', ''],
    ['', ''],
    ['en_US', ''],
    ['<script>', ''],
    ['de-AT-1996-x-private', ''],
    ['x'.repeat(9_000), ''],
  ])('in %j is %j', (header, language) => {
    expect(firstLanguage(header)).toBe(language);
  });

  it('is read from anything without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        expect(firstLanguage(header)).toMatch(/^(|[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?)$/);
      }),
    );
  });
});
