import * as fc from 'fast-check';
import { encodeClick, parseClick } from '../../../core/clicks/click.ts';
import { CLICK_ID_PATTERN, newClickId } from '../../../core/clicks/click-id.ts';
import { countClicks } from '../../../core/clicks/count-clicks.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { CLICK_COLUMNS, DEVICES } from '../../../core/clicks/row.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memoryCountStore } from '../../fixtures/memory-count-store.ts';

describe('A click id', () => {
  it('is unique over a million, and each fits the pattern', () => {
    const ids = new Set<string>();
    for (let index = 0; index < 1_000_000; index += 1) ids.add(newClickId(NOW_MS));
    expect(ids.size).toBe(1_000_000);
    for (const id of [...ids].slice(0, 1_000)) expect(id).toMatch(CLICK_ID_PATTERN);
  });

  it('sorts as text in the order of time, over all times there are', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [earlier, later] = [Math.min(a, b) % 2 ** 48, Math.max(a, b) % 2 ** 48].sort((x, y) => x - y);
        if (earlier !== later) expect(newClickId(earlier ?? 0) < newClickId(later ?? 0)).toBe(true);
      }),
    );
  });

  it.each([
    [0, '0000000000'],
    [1, '0000000001'],
    [31, '000000000Z'],
    [32, '0000000010'],
    [2 ** 48 - 1, '7ZZZZZZZZZ'],
  ])('begins with its time: %i ms', (ms, time) => {
    expect(newClickId(ms).slice(0, 10)).toBe(time);
  });

  it('spreads evenly at every random position', () => {
    const DRAWS = 64_000;
    const counts = Array.from({ length: 16 }, () => new Map<string, number>());
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const random = newClickId(NOW_MS).slice(10);
      for (const [position, perCharacter] of counts.entries())
        perCharacter.set(random.charAt(position), (perCharacter.get(random.charAt(position)) ?? 0) + 1);
    }
    for (const perCharacter of counts) {
      expect(perCharacter.size).toBe(32);
      const chiSquare = [...perCharacter.values()].reduce(
        (sum, count) => sum + (count - DRAWS / 32) ** 2 / (DRAWS / 32),
        0,
      );
      expect(chiSquare).toBeLessThan(85); // 31 degrees of freedom: exceeded about once in 10⁶
    }
  });
});

const clicks: fc.Arbitrary<Click> = fc.record({
  id: fc.nat().map(newClickId),
  domain: fc.constant('default'),
  code: fc.string({ minLength: 1 }),
  workspace_id: fc.string({ minLength: 1 }),
  at_ms: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
  source: fc.constant('click'),
  country: fc.constantFrom('DE', 'US', 'ZZ'),
  region: fc.string({ unit: 'binary' }),
  city: fc.string({ unit: 'binary' }),
  device: fc.constantFrom(...DEVICES),
  bot: fc.boolean(),
});

describe('A click on the stream', () => {
  it('is read back as it was written, on one line', () => {
    fc.assert(
      fc.property(clicks, (click) => {
        expect(encodeClick(click)).not.toContain('\n');
        expect(parseClick(encodeClick(click))).toEqual(click);
      }),
    );
  });

  it.each(Object.keys(CLICK_COLUMNS))('is none without its %s', (column) => {
    const { [column as keyof Click]: _, ...rest } = aClick();
    expect(parseClick(JSON.stringify(rest))).toBeNull();
  });

  it.each(Object.keys(CLICK_COLUMNS))('is none with another type of %s', (column) => {
    for (const value of [null, [], {}, column === 'bot' ? 1 : true, column === 'at_ms' ? '1' : 1])
      expect(parseClick(JSON.stringify({ ...aClick(), [column]: value }))).toBeNull();
  });

  it.each([
    ['an id in lower case', { id: aClick().id.toLowerCase() }],
    ['a short id', { id: aClick().id.slice(1) }],
    ['an id with a look-alike', { id: `${aClick().id.slice(0, 25)}O` }],
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
  ])('is none with %s', (_, overrides) => {
    expect(parseClick(JSON.stringify({ ...aClick(), ...overrides }))).toBeNull();
  });

  it('is none when it is anything else, and reading it never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.nat(150).map((end) => encodeClick(aClick()).slice(0, end)),
        ),
        (text) => {
          expect(parseClick(text)).toBeNull();
        },
      ),
    );
  });

  it('can be counted whenever it can be read', async () => {
    const nearly = fc.record({
      ...Object.fromEntries(Object.entries(aClick()).map(([name, value]) => [name, fc.constant(value)])),
      at_ms: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double()),
    });
    await fc.assert(
      fc.asyncProperty(nearly, async (value) => {
        const click = parseClick(JSON.stringify(value));
        if (click !== null)
          expect(await countClicks(memoryCountStore(), [click])).toEqual({ counted: 1, duplicates: 0 });
      }),
    );
  });
});
