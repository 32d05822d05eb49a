import { counterNames, dayOf, tally } from '../../../core/clicks/counters.ts';
import { aClick } from '../../fixtures/clicks.ts';

describe('The counters of a click', () => {
  it.each([
    ['2026-11-21T00:00:00.000Z', '2026-11-21', 'hour:00'],
    ['2026-11-21T23:59:59.999Z', '2026-11-21', 'hour:23'],
    ['2026-03-29T01:30:00.000Z', '2026-03-29', 'hour:01'],
    ['2028-02-29T12:00:00.000Z', '2028-02-29', 'hour:12'],
  ])('are filed by the UTC day and hour of the visit: %s', (time, day, hour) => {
    const click = aClick({ at_ms: Date.parse(time) });
    expect(dayOf(click.at_ms)).toBe(day);
    expect(counterNames(click)).toContain(hour);
  });

  it.each([
    [{}, ['total', 'hour:12', 'country:DE', 'device:mobile']],
    [{ bot: true }, ['total', 'hour:12', 'country:DE', 'device:mobile', 'bot']],
    [{ country: 'ZZ', device: 'unknown' }, ['total', 'hour:12', 'country:ZZ', 'device:unknown']],
  ] as const)('of %j are %j', (overrides, names) => {
    expect(counterNames(aClick(overrides))).toEqual(names);
  });

  it('are summed into one increment per link, split by day', () => {
    const lastMs = Date.parse('2026-11-21T23:59:59.999Z');
    const increments = tally([
      aClick({ at_ms: lastMs }),
      aClick({ at_ms: lastMs + 1, bot: true }),
      aClick({ at_ms: lastMs, country: 'US' }),
      aClick({ at_ms: lastMs, domain: 'go.example' }),
    ]);
    expect(increments.map(({ domain, code, total }) => [domain, code, total])).toEqual([
      ['default', 'aB7x3Kq', 3],
      ['go.example', 'aB7x3Kq', 1],
    ]);
    const [first] = increments;
    expect(Object.fromEntries(first?.days.get('2026-11-21') ?? [])).toEqual({
      total: 2,
      'hour:23': 2,
      'country:DE': 1,
      'country:US': 1,
      'device:mobile': 2,
    });
    expect(Object.fromEntries(first?.days.get('2026-11-22') ?? [])).toEqual({
      total: 1,
      'hour:00': 1,
      'country:DE': 1,
      'device:mobile': 1,
      bot: 1,
    });
  });

  it('of no clicks are none', () => {
    expect(tally([])).toEqual([]);
  });
});
