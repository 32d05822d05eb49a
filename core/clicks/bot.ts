import { isbot } from 'isbot';
import { namedAppOf } from './in-app.ts';
import type { BotClass } from './row.ts';

export type Bot = { readonly bot_class: BotClass; readonly bot_rule: string };

/** Versions stand in each rule, so that a click tells by which list it was judged. The former is the package's. */
export const ISBOT = 'isbot@5.2.3';
const OWN = 'signpost@1';

/** Fetch a page to show what a link leads to, when somebody posts it; no person sees the page. */
const PREVIEWS =
  /facebookexternalhit|facebot|twitterbot|slackbot|slack-imgproxy|discordbot|telegrambot|^whatsapp\/|linkedinbot|skypeuripreview|microsoftpreview|bingpreview|pinterestbot|redditbot|snap url preview|iframely|embedly|vkshare|viberurldownloader|kakaotalk-scrap|line-poker|mastodon\/.*\+https?:|bluesky cardyb|cardyb|mattermost-bot|notionembedder|google-pagerenderer|googleimageproxy|yahoomailproxy|flipboardproxy|^tumblr\/|zoombot|element-preview|synapse \(bot/i;
/** Ask whether a page is up, and how fast. */
const MONITORS =
  /uptimerobot|uptime-?kuma|better ?(?:uptime|stack)|pingdom|statuscake|site24x7|gtmetrix|chrome-lighthouse|pagespeed|ptst\/|datadog|newrelicpinger|checkly|updown\.io|zabbix|check_http|nagios|hetrixtools|freshping|catchpoint|route ?53-health|elb-healthchecker|googlehc\/|googlestackdrivermonitoring|kube-probe|prometheus|blackbox[_-]exporter|montastic|jetmon|ruxitsynthetic|dynatrace|ghost ?inspector|alertsite|cookiebot|\bylt\b/i;
/** Programs that somebody wrote, and browsers without a screen. */
const SCRIPTS =
  /\bcurl\/|\bwget\b|python|aiohttp|\bhttpx\/|go-http-client|\bjava\/|okhttp|apache-httpclient|\baxios\b|node-fetch|undici|^node(?:\.js)?$|\bdeno\/|\bbun\/|libwww|lwp::|^ruby|net::http|faraday|guzzle|\bphp\/|postmanruntime|insomnia\/|httpie|powershell|\bdart\/|reqwest|scrapy|headlesschrome|phantomjs|puppeteer|playwright|selenium|cypress|jsdom|\brest-client|\bhttp_request|winhttp|libcurl|\bktor|colly/i;

const CLASSES: readonly (readonly [BotClass, RegExp])[] = [
  ['preview', PREVIEWS],
  ['monitor', MONITORS],
  ['script', SCRIPTS],
];

/** What isbot takes for a machine and people have as well: old phones and televisions, and some words of browsers. */
const PEOPLE =
  /google ?tv|ce-html|nettv\/|google earth|qqdownload|sogoumse|chromeframe|javaplatform|wap[ _-]?browser|\bmaui\b|\bmidp\b|\bmre\/|\bbada\//i;
/** Apps write down who made the phone, and isbot takes Google’s for Google’s crawlers. */
const isPersons = (userAgent: string): boolean => PEOPLE.test(userAgent) || namedAppOf(userAgent) !== null;
/** A machine that says it is one is none of them. */
const DECLARED = /bot\b|crawler|spider|\+?https?:/i;

/**
 * What kind of machine sent this user agent, and the rule that says so (`isbot@5.2.3:googlebot`); null for people. A class
 * of our own is given only to what our list or isbot's knows as a machine.
 */
export function botOf(userAgent: string): Bot | null {
  if (userAgent.trim() === '') return { bot_class: 'empty', bot_rule: `${OWN}:empty` };
  for (const [bot_class, list] of CLASSES) {
    const sign = list.exec(userAgent);
    if (sign !== null) return { bot_class, bot_rule: `${OWN}:${nameIn(sign[0])}` };
  }
  if (!isbot(userAgent) || (isPersons(userAgent) && !DECLARED.test(userAgent))) return null;
  return { bot_class: 'crawler', bot_rule: `${ISBOT}:${crawlerName(userAgent)}` };
}

const MAX_NAME_LENGTH = 40;
const nameIn = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, MAX_NAME_LENGTH);

/** Where crawlers put their name, best first. */
const NAMES = [
  /\b([a-z][\w.-]{0,30}?(?:bot|crawler|spider|slurp)[\w-]{0,20})\b/i,
  /compatible; ?([a-z][\w .-]{1,40})/i,
  /^(?!mozilla|opera)([a-z][\w .-]{1,40})/i,
] as const;

function crawlerName(userAgent: string): string {
  for (const place of NAMES) {
    const name = nameIn(place.exec(userAgent)?.[1] ?? '');
    if (name !== '') return name;
  }
  return 'unnamed';
}
