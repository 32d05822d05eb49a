import * as fc from 'fast-check';
import { encodeClickEvent, MAX_TEXT_LENGTH } from '../../../core/clicks/click-event.ts';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { parseClickEvent } from '../../../core/clicks/click-record.ts';
import type { ClickEvent } from '../../../core/clicks/row.ts';
import { CLICK_SOURCES, DEVICES, SEEN_COLUMNS } from '../../../core/clicks/row.ts';
import { aClickEvent } from '../../fixtures/clicks.ts';

const text = fc.string({ unit: 'binary', maxLength: MAX_TEXT_LENGTH / 2 });
const events: fc.Arbitrary<ClickEvent> = fc.record({
  id: fc.nat().map(newClickId),
  domain: fc.constant('default'),
  code: fc.string({ minLength: 1 }),
  workspace_id: fc.string({ minLength: 1 }),
  tags: fc.array(text),
  at_ms: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
  source: fc.constantFrom(...CLICK_SOURCES),
  placement: text,
  country: fc.constantFrom('DE', 'US', 'ZZ'),
  region: text,
  city: text,
  device: fc.constantFrom(...DEVICES),
  referrer: text,
  utm_source: text,
  utm_medium: text,
  utm_campaign: text,
  utm_term: text,
  utm_content: text,
  language: text,
  visitor: text,
  user_agent: fc.string({ unit: 'binary', maxLength: 200 }),
});

/** What an event had before columns were added; those are read as empty. */
const FIRST = ['id', 'domain', 'code', 'workspace_id', 'at_ms', 'source', 'country', 'region', 'city', 'device'];
const isLater = (column: string): boolean => !FIRST.includes(column);

const parsed = (overrides: Readonly<Record<string, unknown>>) =>
  parseClickEvent(JSON.stringify({ ...aClickEvent(), ...overrides }));

describe('A click on the stream', () => {
  it('is read back as it was written, on one line', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { user_agent: userAgent, ...seen } = event;
        expect(encodeClickEvent(event)).not.toContain('\n');
        expect(parseClickEvent(encodeClickEvent(event))).toEqual({ seen, userAgent, isMarkedBot: false });
      }),
    );
  });

  it('of the former shape is read, what it does not have as empty', () => {
    const former = Object.fromEntries(Object.entries(aClickEvent()).filter(([column]) => FIRST.includes(column)));
    for (const bot of [true, false]) {
      const read = parseClickEvent(JSON.stringify({ ...former, bot }));
      expect(read).toMatchObject({ seen: former, userAgent: null, isMarkedBot: bot });
      for (const column of Object.keys(SEEN_COLUMNS).filter(isLater))
        expect(read?.seen[column as keyof ClickEvent & keyof typeof SEEN_COLUMNS]).toEqual(column === 'tags' ? [] : '');
    }
  });

  it('has no member that is no column', () => {
    expect(Object.keys(parsed({ address: '203.0.113.7' })?.seen ?? {})).toEqual(Object.keys(SEEN_COLUMNS));
  });

  it.each(FIRST)('is none without its %s', (column) => {
    expect(parsed({ [column]: undefined })).toBeNull();
  });

  it.each([...Object.keys(SEEN_COLUMNS), 'user_agent'])('is none with another type of %s', (column) => {
    for (const value of [null, [1], {}, true, column === 'at_ms' ? '1' : 1])
      if (column !== 'user_agent' || value !== null) expect(parsed({ [column]: value })).toBeNull();
  });

  it.each([
    ['an id in lower case', { id: aClickEvent().id.toLowerCase() }],
    ['a short id', { id: aClickEvent().id.slice(1) }],
    ['an id with a look-alike', { id: `${aClickEvent().id.slice(0, 25)}O` }],
    ['an unknown device', { device: 'fridge' }],
    ['an unknown source', { source: 'email' }],
    ['no country code', { country: 'Germany' }],
    ['an empty code', { code: '' }],
    ['an empty workspace', { workspace_id: '' }],
    ['a code longer than a key may be', { code: 'x'.repeat(2_048) }],
    ['half a millisecond', { at_ms: 1.5 }],
    ['a time before time', { at_ms: -1 }],
    ['a time beyond all calendars', { at_ms: Number.MAX_SAFE_INTEGER }],
    ['a year that is not four digits', { at_ms: Date.UTC(10_000, 0, 1) }],
    ['a code that is half a character', { code: '\ud83d' }],
  ])('is none with %s', (_, overrides) => {
    expect(parsed(overrides)).toBeNull();
  });

  it('is cropped where a visitor has a say, and holds whole characters only', () => {
    for (const column of Object.keys(SEEN_COLUMNS).filter((name) => isLater(name) && name !== 'tags')) {
      const read = parsed({ [column]: `${'x'.repeat(MAX_TEXT_LENGTH - 1)}😀` })?.seen;
      expect(read).toMatchObject({ [column]: `${'x'.repeat(MAX_TEXT_LENGTH - 1)}\ufffd` });
    }
    expect(parsed({ tags: ['x'.repeat(500)] })?.seen.tags).toEqual(['x'.repeat(MAX_TEXT_LENGTH)]);
    expect(parsed({ user_agent: 'x'.repeat(60_000) })?.userAgent).toHaveLength(512);
  });

  it('is none when it is anything else, and reading it never throws', () => {
    const whole = encodeClickEvent(aClickEvent());
    const truncated = fc.nat(whole.length - 1).map((end) => whole.slice(0, end));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), truncated), (json) => {
        expect(parseClickEvent(json)).toBeNull();
      }),
    );
  });
});
