/** When EventBridge Scheduler calls: every so often, or at the minutes (UTC) that an expression of six fields names. */
export type ScheduleTimes =
  | { readonly kind: 'rate'; readonly everyS: number }
  | { readonly kind: 'cron'; readonly isDue: (atMs: number) => boolean };

const UNIT_S: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/** `rate(1 hour)` or `cron(0 6 1 * ? *)`; null for what the laptop does not know. */
export function scheduleTimes(expression: string): ScheduleTimes | null {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitS = UNIT_S[unit];
  if (unitS !== undefined) return { kind: 'rate', everyS: Number(count) * unitS };
  const [, text = ''] = /^cron\(([^)]+)\)$/.exec(expression) ?? [];
  const fields = text.split(' ').map(fieldOf);
  if (fields.length !== FIELDS.length || fields.includes(null)) return null;
  return {
    kind: 'cron',
    isDue: (atMs) => FIELDS.every((read, index) => fields[index]?.has(read(new Date(atMs))) !== false),
  };
}

/** Minute, hour, day of the month, month, day of the week (Sunday is 1), year. */
const FIELDS: readonly ((at: Date) => number)[] = [
  (at) => at.getUTCMinutes(),
  (at) => at.getUTCHours(),
  (at) => at.getUTCDate(),
  (at) => at.getUTCMonth() + 1,
  (at) => at.getUTCDay() + 1,
  (at) => at.getUTCFullYear(),
];

/** Numbers that a field names, undefined for all; null for a field that the laptop does not know. */
function fieldOf(field: string): ReadonlySet<number> | undefined | null {
  if (field === '*' || field === '?') return undefined;
  return /^\d+(,\d+)*$/.test(field) ? new Set(field.split(',').map(Number)) : null;
}
