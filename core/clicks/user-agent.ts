import * as Bowser from 'bowser';
import { isbot, isbotMatch } from 'isbot';
import type { Click, Device } from './row.ts';

export type ToldByUserAgent = Pick<Click, 'os' | 'browser' | 'in_app' | 'bot' | 'bot_class' | 'bot_rule'> & {
  /** Null where the user agent does not say. */
  readonly device: Device | null;
};

/** What a user agent says of who sent it. Never throws. */
export function tellUserAgent(userAgent: string): ToldByUserAgent {
  const bot = userAgent === '' || isbot(userAgent);
  const parsed = userAgent === '' ? null : Bowser.parse(userAgent);
  return {
    device: null,
    os: parsed?.os.name ?? '',
    browser: parsed?.browser.name ?? '',
    in_app: '',
    bot,
    bot_class: bot ? (userAgent === '' ? 'empty' : 'crawler') : '',
    bot_rule: bot ? `isbot:${isbotMatch(userAgent) ?? ''}` : '',
  };
}
