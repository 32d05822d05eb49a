import { parseClickEvent } from './click-record.ts';
import type { Click } from './row.ts';
import { tellUserAgent } from './user-agent.ts';

const UNTOLD = { os: '', browser: '', in_app: '', bot_class: '', bot_rule: '' } as const;

/**
 * The click in a stream record as everything behind the stream knows it, or null for a poison record. Here the user agent
 * ends: what it tells goes on, it does not.
 */
export function readClick(json: string): Click | null {
  const event = parseClickEvent(json);
  if (event === null) return null;
  const { seen, userAgent, isMarkedBot } = event;
  if (userAgent === null) return { ...seen, ...UNTOLD, bot: isMarkedBot };
  const { device, ...told } = tellUserAgent(userAgent);
  return { ...seen, ...told, device: device ?? seen.device };
}
