import Bowser from 'bowser';
import { botOf } from './bot.ts';
import { deviceOf } from './device.ts';
import { inAppOf } from './in-app.ts';
import type { Click, Device } from './row.ts';

export type ToldByUserAgent = Pick<Click, 'os' | 'browser' | 'in_app' | 'bot' | 'bot_class' | 'bot_rule'> & {
  /** Null where the user agent does not say. */
  readonly device: Device | null;
};

/** Some hundreds of user agents make almost all visits. */
const REMEMBERED = 5_000;
const remembered = new Map<string, ToldByUserAgent>();

/** What a user agent says of who sent it: names out of fixed lists, never a piece of its own text. Never throws. */
export function tellUserAgent(userAgent: string): ToldByUserAgent {
  const known = remembered.get(userAgent);
  if (known !== undefined) return known;
  const told = readUserAgent(userAgent);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(userAgent, told);
  return told;
}

/** The same without memory. */
export function readUserAgent(userAgent: string): ToldByUserAgent {
  const bot = botOf(userAgent);
  const inApp = bot === null ? inAppOf(userAgent) : '';
  return {
    device: deviceOf(userAgent),
    ...softwareOf(userAgent),
    in_app: inApp,
    bot: bot !== null,
    bot_class: bot?.bot_class ?? '',
    bot_rule: bot?.bot_rule ?? '',
  };
}

const BROWSERS: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(Bowser.OS_MAP));
/** Systems that bowser does not tell; first match. */
const FURTHER_SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['tvOS', /\bAppleTV|\btvOS\b/],
  ['PlayStation', /\bPlayStation/],
  ['Xbox', /\bXbox\b/],
  ['Fire OS', /\bAFT[A-Z]|\bKF[A-Z]{2,5}\b.*Silk\/|\bSilk\//],
  ['KaiOS', /\bKAIOS\//i],
];

function softwareOf(userAgent: string): Pick<Click, 'os' | 'browser'> {
  if (userAgent === '') return { os: '', browser: '' };
  const parser = Bowser.getParser(userAgent, true);
  const browser = parser.getBrowserName();
  const os = FURTHER_SYSTEMS.find(([, sign]) => sign.test(userAgent))?.[0] ?? parser.getOSName();
  return {
    os: SYSTEMS.has(os) || FURTHER_SYSTEMS.some(([name]) => name === os) ? os : '',
    browser: BROWSERS.has(browser) && browser !== 'Generic' ? browser : '',
  };
}
