import * as z from 'zod/mini';
import { BOT_CLASSES, CLICK_SOURCES, DEVICES } from '../../core/clicks/row.ts';
import { EXPORT_COLUMNS } from '../../core/lake/clicks-export.ts';
import { EXPORT_FORMATS } from '../../core/lake/export-format.ts';
import { questionMembers } from '../analytics/schemas.ts';

export const exportQuery = z.strictObject({ ...questionMembers, format: z.optional(z.enum(EXPORT_FORMATS)) });
export type ExportQuery = z.infer<typeof exportQuery>;

const known: Readonly<Record<string, z.ZodMiniType>> = {
  clicked_at: z.iso.datetime(),
  source: z.enum(CLICK_SOURCES),
  device: z.enum(DEVICES),
  tags: z.array(z.string()),
  bot: z.boolean(),
  bot_class: z.union([z.enum(BOT_CLASSES), z.literal('')]),
};

/** A line of an export. Texts are empty where nothing is known. */
export const exportedClick = z.strictObject(
  Object.fromEntries(EXPORT_COLUMNS.map(({ name }) => [name, known[name] ?? z.string()])),
);
