import { scheduleTimes } from '../../../local/cloud/schedule-expression.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

/** The instants of 400 days, minute by minute of each hour's first two, at which an expression calls. */
function calls(expression: string): readonly string[] {
  const times = scheduleTimes(expression);
  if (times?.kind !== 'cron') throw new Error(`${expression} is no calendar`);
  const found: string[] = [];
  for (let atMs = START_MS; atMs < START_MS + 400 * DAY_MS; atMs += 60_000)
    if (times.isDue(atMs)) found.push(new Date(atMs).toISOString().slice(0, 16));
  return found;
}

describe('The expression of a schedule', () => {
  it('names the first of each month', () => {
    const found = calls('cron(0 6 1 * ? *)');
    expect(found).toHaveLength(14);
    expect(found.slice(0, 3)).toEqual(['2026-01-01T06:00', '2026-02-01T06:00', '2026-03-01T06:00']);
    expect(found.at(-1)).toBe('2027-02-01T06:00');
  });

  it('names days of the week from Sunday on, several numbers, and years', () => {
    expect(calls('cron(30 8,20 ? 3 1 2026)').slice(0, 3)).toEqual([
      '2026-03-01T08:30',
      '2026-03-01T20:30',
      '2026-03-08T08:30',
    ]);
    expect(calls('cron(0 0 1 1 ? 2027)')).toEqual(['2027-01-01T00:00']);
  });

  it.each([
    'cron(0/5 * * * ? *)',
    'cron(0 8 L * ? *)',
    'cron(0 8 ? * MON *)',
    'cron(0 8 1 *)',
    'at(2026-11-21T00:00:00)',
    'rate(1 week)',
  ])('%s is not known', (expression) => expect(scheduleTimes(expression)).toBeNull());
});
