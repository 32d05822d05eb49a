import * as z from 'zod/mini';
import type { LiveClick } from '../../core/clicks/live-click.ts';
import { BOT_CLASSES, CLICK_SOURCES, DEVICES } from '../../core/clicks/row.ts';

/** Data of a `ready` event. */
export const readyData = z.strictObject({
  /** The link that is watched; null for all links of the workspace. */
  short_code: z.nullable(z.string()),
  /** The stream goes on where the one named in `Last-Event-ID` ended. */
  resumed: z.boolean(),
  /** False where clicks in between may be missing, because nobody had watched for more than a minute. */
  complete: z.boolean(),
});

/** Data of a `click` event. Texts are empty where nothing is known. */
export const clickData = z.strictObject({
  id: z.string(),
  short_code: z.string(),
  clicked_at: z.iso.datetime(),
  source: z.enum(CLICK_SOURCES),
  placement: z.string(),
  tags: z.array(z.string()),
  country: z.string(),
  region: z.string(),
  city: z.string(),
  device: z.enum(DEVICES),
  os: z.string(),
  browser: z.string(),
  in_app: z.string(),
  referrer: z.string(),
  language: z.string(),
  utm_source: z.string(),
  utm_medium: z.string(),
  utm_campaign: z.string(),
  utm_term: z.string(),
  utm_content: z.string(),
  bot: z.boolean(),
  bot_class: z.union([z.enum(BOT_CLASSES), z.literal('')]),
  bot_rule: z.string(),
});

export function clickDataOf({
  id,
  code,
  domain: _domain,
  at_ms,
  tags,
  ...click
}: LiveClick): z.infer<typeof clickData> {
  return {
    id,
    short_code: code,
    clicked_at: new Date(at_ms).toISOString(),
    ...click,
    tags: [...tags],
    bot_class: BOT_CLASSES.find((known) => known === click.bot_class) ?? '',
  };
}
