/** Apps with a browser of their own inside, by what they write behind the engine's user agent. The first match is the app. */
const APPS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Messenger', /\bMessengerForiOS|MessengerLiteForiOS|FB_IAB\/(?:MESSENGER|Orca)|Orca-Android/],
  ['Instagram', /\bInstagram\b/],
  ['Threads', /\bBarcelona \d/],
  ['Facebook', /\bFBA[NV]\/|\bFB_IAB\b|\bFBIOS\b|MetaIAB Facebook/],
  ['TikTok', /BytedanceWebview|musical_ly|\btrill_|\bTikTok\b/i],
  ['WhatsApp', /\bWhatsApp\b/],
  ['LinkedIn', /\bLinkedInApp\b/],
  ['X', /Twitter for (?:iPhone|iPad|Android)|\bTwitterAndroid\b|\bTwitter\/\d/],
  ['Snapchat', /\bSnapchat\b/],
  ['Pinterest', /\[?Pinterest\/(?:iOS|Android|\d)/],
  ['WeChat', /\bMicroMessenger\//],
  ['LINE', /\bLine\/\d/],
  ['Google app', /\bGSA\/\d/],
  ['Reddit', /\bReddit\/(?:Version|\d)|\bRedditApp\b/],
  ['Telegram', /\bTelegram-(?:Android|iOS)\b/],
  ['KakaoTalk', /\bKAKAOTALK\b/],
  ['Viber', /\bViber\b/],
  ['Discord', /\bDiscord\/\d/],
  ['Slack', /\bSlack(?:_SSB|\/\d)/],
  ['Teams', /\bTeams(?:Mobile|\/\d)/],
  ['Naver', /\bNAVER\(inapp/],
  ['QQ', /\bQQ\/\d/],
  ['Weibo', /\bWeibo\b/i],
  ['Alipay', /\bAlipayClient\//],
  ['Baidu', /\bbaiduboxapp\//],
  ['Zalo', /\bZalo\b/],
  ['VK', /\bVK(?:Android|iPhone|Client)/],
  ['Tumblr', /\bTumblr\//],
  ['Outlook', /\bOutlook-(?:iOS|Android)/],
];

/** An app that does not say which: Android marks its built-in browsers, Apple's lack what Safari says of itself. */
const UNNAMED_APP = 'other app';
const UNNAMED = /; wv\)|\(iP(?:hone|ad|od)[^)]*\) AppleWebKit\/[\d.]+ \(KHTML, like Gecko\)(?!.*(?:Safari|Version)\/)/;

/** The app whose built-in browser sent this user agent; empty for a browser of its own. */
export const inAppOf = (userAgent: string): string =>
  namedAppOf(userAgent) ?? (UNNAMED.test(userAgent) ? UNNAMED_APP : '');

/** The app, where it says which it is. */
export function namedAppOf(userAgent: string): string | null {
  for (const [name, sign] of APPS) if (sign.test(userAgent)) return name;
  return null;
}
