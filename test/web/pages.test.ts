import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { ACCOUNT_PAGE_HEADERS } from '../../web/account/page.ts';
import { ACCOUNT_PAGES, deadLinkPage, donePage, formPage, refusedPage } from '../../web/account/pages.ts';
import { DOCS_HEADERS } from '../../web/docs/page.ts';
import { docsPage, errorPage, homePage } from '../../web/docs/pages.ts';
import { escapeHtml } from '../../web/frame.ts';
import { PAGE_HEADERS } from '../../web/visitor/page.ts';
import {
  disabledPage,
  exhaustedPage,
  expiredPage,
  notAllowedPage,
  passwordPage,
  prefetchRefusedPage,
  previewPage,
  shortDomainPage,
  unavailablePage,
  unknownPage,
} from '../../web/visitor/pages.ts';
import { NOW_MS } from '../fixtures/links.ts';

type Page = readonly [string, (hostile: string) => string, Readonly<Record<string, string>>];

const target = (hostile: string): string => {
  const url = new URL('https://example.com/');
  url.search = hostile.toWellFormed();
  return url.href;
};

const PAGES: readonly Page[] = [
  ['the short domain', shortDomainPage, PAGE_HEADERS],
  ['an unknown link', unknownPage, PAGE_HEADERS],
  ['a disabled link', disabledPage, PAGE_HEADERS],
  ['an expired link', () => expiredPage(NOW_MS), PAGE_HEADERS],
  ['a link used up', exhaustedPage, PAGE_HEADERS],
  ['a prefetch', prefetchRefusedPage, PAGE_HEADERS],
  ['an outage', unavailablePage, PAGE_HEADERS],
  ['another method', notAllowedPage, PAGE_HEADERS],
  ['a password', (hostile) => passwordPage('aB7x3Kq', hostile), PAGE_HEADERS],
  ['the password of a strange code', (hostile) => passwordPage(hostile.toWellFormed(), null), PAGE_HEADERS],
  ['a preview', (hostile) => previewPage('aB7x3Kq', target(hostile), NOW_MS), PAGE_HEADERS],
  ['a protected preview', () => previewPage('aB7x3Kq', null, NOW_MS), PAGE_HEADERS],
  ['the start', () => homePage('https://app.example.com'), DOCS_HEADERS],
  [
    'the documentation',
    (hostile) =>
      docsPage(
        'https://app.example.com',
        [{ name: hostile, routes: [{ method: hostile, path: hostile, summary: hostile, who: hostile }] }],
        [{ word: hostile, title: hostile, sentence: hostile, status: 400 }],
      ),
    DOCS_HEADERS,
  ],
  ...ACCOUNT_PAGES.flatMap((name): readonly Page[] => [
    [`the form of ${name}`, (hostile) => formPage(name, hostile, hostile), ACCOUNT_PAGE_HEADERS],
    [`the end of ${name}`, () => donePage(name), ACCOUNT_PAGE_HEADERS],
  ]),
  ['a mail that is too old', deadLinkPage, ACCOUNT_PAGE_HEADERS],
  ['a refusal', refusedPage, ACCOUNT_PAGE_HEADERS],
  ['an error', (hostile) => errorPage({ word: hostile, title: hostile, sentence: hostile, status: 400 }), DOCS_HEADERS],
];

const hostileTexts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '<script>',
        '</script>',
        '"',
        "'",
        '>',
        '<',
        '&',
        '`',
        '--',
        '</style>',
        ' onload=',
        'javascript:',
        '\u2028',
        '\0',
        'x',
      ),
    )
    .map((parts) => parts.join('')),
);

/** The elements of a page, in order, and the names of their attributes. */
const skeleton = (html: string): readonly string[] =>
  Array.from(
    html.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<(\/?[a-z0-9!]+)((?:\s[^<>]*)?)>/gi),
    ([, name = '', attributes = '']) =>
      [name, ...Array.from(attributes.matchAll(/\s([a-z-]+)(?:="[^"]*")?/g), ([, attribute]) => attribute)].join(' '),
  );

describe('The page for', () => {
  it.each(PAGES)('%s has the same elements whatever text is put into it', (_, page) => {
    const expected = skeleton(page('text'));
    fc.assert(
      fc.property(hostileTexts, (text) => {
        // Back-ticks mark code in the documentation's own sentences.
        expect(skeleton(page(text.replaceAll('`', '') || 'x'))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it.each(PAGES)(
    '%s is whole, runs no script, loads nothing, and its one style is the one the CSP names',
    (_, page, headers) => {
      const html = page('text');
      expect(html).toMatch(/^<!doctype html><html lang="en">.*<title>[^<]+<\/title>[\s\S]*<\/html>$/s);
      expect(html).toContain('<meta name="viewport"');
      expect(html).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son[a-z]+=|url\(|@import/i);
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
      const csp = headers['content-security-policy'] ?? '';
      expect(csp).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
      for (const rule of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
        expect(csp).toContain(rule);
      expect(csp).not.toMatch(/unsafe|\*/);
      expect(Buffer.byteLength(html)).toBeLessThan(10_000);
    },
  );
});

describe('The password page', () => {
  it('tells assistive technology and password managers what the field is', () => {
    const html = passwordPage('aB7x3Kq', 'Wrong password.');
    expect(html).toContain('<label for="password">');
    expect(html).toMatch(/autocomplete="current-password"/);
    expect(html).toMatch(/role="alert"/);
    expect(html).toMatch(/aria-invalid="true"/);
    expect(passwordPage('aB7x3Kq', null)).not.toMatch(/role="alert"|aria-invalid/);
  });

  it.each(['../x', '"><b>', 'a b', 'ü', '//evil.example'])('posts to this door only, whatever the code: %j', (code) => {
    const action = /action="([^"]*)"/.exec(passwordPage(code, null))?.[1] ?? '';
    expect(new URL(action, 'https://s.example.com').host).toBe('s.example.com');
  });
});

describe('The pages a mail leads to', () => {
  it.each(ACCOUNT_PAGES)('%s: every field that is seen has its label, and says what it is', (name) => {
    const html = formPage(name, 'v.x.y', 'Wrong.');
    const fields = Array.from(html.matchAll(/<input id="([^"]+)"[^>]*>/g));
    for (const [field, id] of fields) {
      expect(html).toContain(`<label for="${id}">`);
      expect(field).toMatch(/autocomplete="(new-password|current-password|username)"/);
      expect(field).toContain('aria-describedby="error"');
    }
    expect(fields.length).toBe(Array.from(html.matchAll(/<label/g)).length);
    expect(html).toMatch(/role="alert"/);
    expect(formPage(name, 'v.x.y', null)).not.toMatch(/role="alert"|aria-invalid/);
  });

  it('send their form to this door, to an address without the token', () => {
    for (const name of ACCOUNT_PAGES) {
      const action = /action="([^"]*)"/.exec(formPage(name, 'v.secret.token', null))?.[1] ?? '';
      expect(action).toBe(`/account/${name}`);
    }
    expect(ACCOUNT_PAGE_HEADERS).toMatchObject({
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("form-action 'self';"),
    });
  });
});

describe('The preview page', () => {
  it('shows an international host as it really is', () => {
    expect(previewPage('aB7x3Kq', new URL('https://аррӏе.example/').href, NOW_MS)).toContain('xn--');
  });
});

describe('Escaped text', () => {
  it('holds nothing HTML could mistake, and reads back as it was', () => {
    fc.assert(
      fc.property(hostileTexts, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(
          text.replace(/&#(\d+);/g, (_, code: string) => `&#${code};`),
        );
      }),
    );
  });
});
