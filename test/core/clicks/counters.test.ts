import { newClickId } from '../../../core/clicks/click-id.ts';
import { counterName, counterNames, dayOf, hourOf } from '../../../core/clicks/counters.ts';
import { entriesOf, LEDGERS } from '../../../core/clicks/ledger.ts';
import { tally } from '../../../core/clicks/tally.ts';
import { aClick } from '../../fixtures/clicks.ts';

const VALUES = [
  'source:click',
  'country:DE',
  'region:BE',
  'city:Berlin',
  'device:mobile',
  'os:iOS',
  'browser:Safari',
  'referrer:news.example',
  'language:de-AT',
  'utm_source:letter',
  'utm_medium:email',
  'utm_campaign:launch',
];

describe('The counters of a click', () => {
  it.each([
    ['2026-11-21T00:00:00.000Z', '2026-11-21', '00'],
    ['2026-11-21T23:59:59.999Z', '2026-11-21', '23'],
    ['2026-03-29T01:30:00.000Z', '2026-03-29', '01'],
    ['2028-02-29T12:00:00.000Z', '2028-02-29', '12'],
  ])('are filed by the UTC day and hour of the visit: %s', (time, day, hour) => {
    const atMs = Date.parse(time);
    expect([dayOf(atMs), hourOf(atMs)]).toEqual([day, `${day}T${hour}`]);
    expect(counterNames(aClick({ at_ms: atMs })).day).toContain(`hour:${hour}`);
  });

  it('are its total, its hour and every value it has', () => {
    expect(counterNames(aClick())).toEqual({
      day: ['total', 'hour:12', ...VALUES],
      hour: ['total', ...VALUES],
      total: ['total', 'source:click'],
    });
  });

  it('are, for a bot, all of them once more as a bot’s', () => {
    const bots = VALUES.map((name) => `bot/${name}`);
    expect(counterNames(aClick({ bot: true }))).toEqual({
      day: ['total', 'hour:12', ...VALUES, 'bot', 'bot/hour:12', ...bots],
      hour: ['total', ...VALUES, 'bot', ...bots],
      total: ['total', 'source:click', 'bot', 'bot/source:click'],
    });
  });

  it('have values that every store takes: a hundred characters, and no half of one', () => {
    expect(counterName('utm_term', 'x'.repeat(101))).toBe(`utm_term:${'x'.repeat(100)}`);
    expect(counterName('utm_term', `${'x'.repeat(99)}😀`)).toBe(`utm_term:${'x'.repeat(99)}\ufffd`);
  });
});

describe('A tally', () => {
  const lastMs = Date.parse('2026-11-21T23:59:59.999Z');
  const clicks = [
    aClick({ at_ms: lastMs }),
    aClick({ at_ms: lastMs + 1, bot: true }),
    aClick({ at_ms: lastMs, country: 'US', tags: ['spring', 'spring', 'summer'] }),
    aClick({ at_ms: lastMs, domain: 'go.example' }),
  ].map((click) => ({ ...click, id: newClickId(click.at_ms) }));

  it('has one increment for each link and day, hour and all time', () => {
    const increments = tally(entriesOf(LEDGERS.links, clicks));
    expect(increments.map(({ name, counters }) => [name, counters.get('total')])).toEqual([
      ['link default/aB7x3Kq total ', 3],
      ['link default/aB7x3Kq day 2026-11-21', 2],
      ['link default/aB7x3Kq hour 2026-11-21T23', 2],
      ['link default/aB7x3Kq day 2026-11-22', 1],
      ['link default/aB7x3Kq hour 2026-11-22T00', 1],
      ['link go.example/aB7x3Kq total ', 1],
      ['link go.example/aB7x3Kq day 2026-11-21', 1],
      ['link go.example/aB7x3Kq hour 2026-11-21T23', 1],
    ]);
    const [, day] = increments;
    expect(Object.fromEntries(day?.counters ?? [])).toMatchObject({ 'country:DE': 1, 'country:US': 1, 'os:iOS': 2 });
    expect(increments.filter(({ isOwnersTotal }) => isOwnersTotal).map(({ name }) => name)).toEqual([
      'link default/aB7x3Kq total ',
      'link go.example/aB7x3Kq total ',
    ]);
  });

  it('has the workspace once, and each of its tags once per click', () => {
    const increments = tally(entriesOf(LEDGERS.workspaces, clicks));
    const totals = increments.filter(({ item }) => item.period === 'total');
    expect(totals.map(({ name, counters, isOwnersTotal }) => [name, counters.get('total'), isOwnersTotal])).toEqual([
      ['workspace ws_1 total ', 4, true],
      ['tag ws_1/spring total ', 4, false],
      ['tag ws_1/summer total ', 1, false],
    ]);
  });

  it('of no clicks is empty', () => {
    expect(tally([])).toEqual([]);
  });
});
